using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>One object of an application: as it should be, as it is, and how the two compare.</summary>
/// <param name="Type">Null when the cluster serves no such kind.</param>
/// <param name="Target">Null for what the repository no longer has.</param>
/// <param name="Live">Null for what the cluster does not have yet.</param>
/// <param name="Predicted">The live object as it would be once the target is applied.</param>
/// <param name="Differs">Whether the two differ where they count.</param>
internal sealed record ManagedResource(
    ResourceType? Type, ResourceId Id, JsonObject? Target, StoredObject? Live, JsonObject? Predicted, bool Differs)
{
    public bool InSync => Target is not null && Live is not null && !Differs;

    public bool RequiresPruning => Target is null;

    /// <summary>The annotations that steer how it is handled are the target's, or the live object's when there is no target.</summary>
    public JsonObject Object => Target ?? Live!.Read;
}

/// <summary>What Argo CD calls an object in its status: group, version, kind, namespace and name.</summary>
internal sealed record ResourceId(string Group, string Version, string Kind, string? Namespace, string Name)
{
    public static ResourceId Of(JsonObject manifest, string? ns)
    {
        var apiVersion = (string?)manifest["apiVersion"] ?? "v1";
        var slash = apiVersion.IndexOf('/');
        return new ResourceId(
            slash < 0 ? "" : apiVersion[..slash], slash < 0 ? apiVersion : apiVersion[(slash + 1)..],
            (string?)manifest["kind"] ?? "", ns, (string?)manifest["metadata"]?["name"] ?? "");
    }

    /// <summary>How lists of them are ordered.</summary>
    public string SortKey => $"{Group}/{Kind}/{Namespace}/{Name}";

    /// <summary>Go leaves out what is empty.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = [];
        if (Group.Length > 0) json["group"] = Group;
        json["version"] = Version;
        json["kind"] = Kind;
        if (Namespace is not null) json["namespace"] = Namespace;
        json["name"] = Name;
        return json;
    }
}
