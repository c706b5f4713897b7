using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// An object by name, as a manifest knows it. Two ids are of one object when group, kind, namespace and name agree: the version is only the
/// form in which it is spoken of.
/// </summary>
public sealed record ObjectId(string ApiVersion, string Kind, string Namespace, string Name)
{
    [JsonIgnore]
    public string Group => ApiVersion.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? ApiVersion[..slash] : "";

    public bool IsSameObject(ObjectId other) => Key == other.Key;

    /// <summary>Equal for two ids of one object.</summary>
    [JsonIgnore]
    public (string Group, string Kind, string Namespace, string Name) Key => (Group, Kind, Namespace, Name);

    /// <summary>What a manifest's document is called; null when it names nothing.</summary>
    public static ObjectId? Of(JsonElement manifest) =>
        manifest.Text("apiVersion") is { } apiVersion && manifest.Text("kind") is { } kind && manifest.Text("metadata", "name") is { } name
            ? new ObjectId(apiVersion, kind, manifest.Text("metadata", "namespace") ?? "", name)
            : null;

    /// <summary>As people say it: <c>deployment/api</c>.</summary>
    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";
}
