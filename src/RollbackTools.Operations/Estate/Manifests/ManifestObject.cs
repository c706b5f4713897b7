using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.Manifests;

/// <summary>
/// Which object it is: two versions of one API group mean the same one. The namespace is as written, empty when it is left to the
/// release (or the kind has none).
/// </summary>
public sealed record ObjectId(string Group, string Kind, string Namespace, string Name)
{
    public bool IsSecret => Group.Length == 0 && Kind == "Secret";

    /// <summary><c>deployment/api</c>, <c>ingress.networking.k8s.io/api</c> for groups but apps and the core's.</summary>
    public override string ToString() =>
        Kind.ToLowerInvariant() + (Group is "" or "apps" or "batch" ? "" : $".{Group}") + "/" + Name;
}

/// <summary>One object of a manifest.</summary>
public sealed record ManifestObject(ObjectId Id, string ApiVersion, JsonElement Json, ManifestText Text)
{
    public string Kind => Id.Kind;

    public string Name => Id.Name;

    public string? Source => Text.Source;

    public override string ToString() => Id.ToString();

    /// <summary>From an object's JSON. Throws <see cref="FormatException"/> when it lacks apiVersion, kind or a name.</summary>
    public static ManifestObject Of(JsonElement json, ManifestText text)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException("it is not an object");
        var apiVersion = json.Text("apiVersion") ?? throw new FormatException("it has no apiVersion");
        var kind = json.Text("kind") ?? throw new FormatException("it has no kind");
        var name = json.Text("metadata", "name") ?? throw new FormatException($"its {kind} has no metadata.name");
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        ObjectId id = new(slash < 0 ? "" : apiVersion[..slash], kind, json.Text("metadata", "namespace") ?? "", name);
        return new ManifestObject(id, apiVersion, json, text);
    }
}
