using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Objects;

/// <summary>What a manifest asks for, without what only a server can say (generated manifests carry an empty status and a null creation time).</summary>
public static class Declared
{
    private static readonly string[] ServersOwn = ["creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

    public static JsonObject Of(JsonElement manifest) => Of(JsonObject.Create(manifest) ?? throw new FormatException("A manifest's document is an object."));

    public static JsonObject Of(JsonObject manifest)
    {
        var declared = (JsonObject)manifest.DeepClone();
        declared.Remove("status");
        if (declared["metadata"] is JsonObject metadata)
            foreach (var field in ServersOwn) metadata.Remove(field);
        return declared;
    }
}
