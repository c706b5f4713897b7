using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>A kind as a server serves it, and what may be done with its objects (<c>get</c>, <c>list</c>, <c>patch</c> …).</summary>
public sealed record ServedKind(Resource<CustomResource> Resource, IReadOnlyList<string> Verbs)
{
    /// <summary>Any kind: its objects are kept as they were sent.</summary>
    public static Resource<CustomResource> ResourceOf(string apiVersion, string plural, string kind, bool namespaced)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        return new Resource<CustomResource>(group, version, plural, kind, AnyKindJson.Default.CustomResource, AnyKindJson.Default.ResourceListCustomResource)
        {
            Namespaced = namespaced,
        };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceList<CustomResource>))]
internal sealed partial class AnyKindJson : JsonSerializerContext;
