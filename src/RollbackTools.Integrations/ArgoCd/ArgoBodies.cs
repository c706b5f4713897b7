using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>The bodies the API server takes. Namespace and project go into the body of whatever is not a GET or DELETE.</summary>
internal static class ArgoBodies
{
    public static JsonObject Sync(SyncRequest request)
    {
        JsonObject body = new()
        {
            ["prune"] = request.Prune,
            ["dryRun"] = false,
            ["strategy"] = new JsonObject { [request.SkipHooks ? "apply" : "hook"] = new JsonObject() },
            ["infos"] = new JsonArray([.. request.Infos.Select(info => (JsonNode)new JsonObject { ["name"] = info.Key, ["value"] = info.Value })]),
        };
        if (request.SyncOptions.Count > 0) body["syncOptions"] = new JsonObject { ["items"] = Texts(request.SyncOptions) };
        if (request.Version is { MultiSource: true } many)
        {
            body["revisions"] = Texts(many.Revisions);
            body["sourcePositions"] = new JsonArray([.. Enumerable.Range(1, many.Revisions.Count).Select(position => (JsonNode)JsonValue.Create(position))]);
        }
        else if ((request.Version?.Revisions[0] ?? request.Revision) is { } revision)
        {
            body["revision"] = revision;
        }

        return body;
    }

    public static JsonObject Rollback(long id, bool prune) => new() { ["id"] = id, ["prune"] = prune, ["dryRun"] = false };

    /// <summary>
    /// A JSON Patch for the version that was read: the server applies it to what it holds at that moment, so it is refused where somebody
    /// else was faster. (A merge patch there is last-writer-wins.) The values it replaces are not tested: the server compares texts
    /// byte for byte as they are escaped.
    /// </summary>
    public static JsonObject Change(ArgoApplication read, ApplicationChange change)
    {
        JsonArray patch = [Operation("test", "/metadata/uid", read.Metadata.Uid), Operation("test", "/metadata/resourceVersion", read.Metadata.ResourceVersion)];
        if (change.Policy) Policy(patch, read, change);
        if (change.Source is { To: { } list } source) patch.Add((JsonNode)Operation("replace", $"/spec/source/{source.Tool}/{source.Field}", JsonArray.Create(list)));
        if (change.Annotations.Count > 0 && read.Json.At("metadata", "annotations") is null)
            patch.Add((JsonNode)Operation("add", "/metadata/annotations", new JsonObject()));
        foreach (var one in change.Annotations)
        {
            var path = $"/metadata/annotations/{one.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (one.To is not null) patch.Add((JsonNode)Operation("add", path, one.To));
            else if (one.From is not null) patch.Add((JsonNode)Removal(path));
        }

        return new JsonObject { ["patch"] = patch.ToJsonString(), ["patchType"] = "json" };
    }

    public static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());

    private static void Policy(JsonArray patch, ArgoApplication read, ApplicationChange change)
    {
        const string path = "/spec/syncPolicy/automated";
        if (read.Json.At("spec", "syncPolicy") is null) patch.Add((JsonNode)Operation("add", "/spec/syncPolicy", new JsonObject()));
        if (change.AutomatedTo is { } to) patch.Add((JsonNode)Operation("add", path, JsonObject.Create(to)));
        else if (change.AutomatedFrom is not null) patch.Add((JsonNode)Removal(path));
    }

    private static JsonObject Removal(string path) => new() { ["op"] = "remove", ["path"] = path };

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text)!)]);
}
