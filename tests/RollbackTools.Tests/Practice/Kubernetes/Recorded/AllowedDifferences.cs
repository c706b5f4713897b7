using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Recorder;

namespace RollbackTools.Tests.Practice.Kubernetes.Recorded;

/// <summary>Where Practice deliberately answers otherwise than the real server did, and why.</summary>
internal static class AllowedDifferences
{
    /// <summary>
    /// Practice's controllers and nodes leave no entry of their own in managedFields: they write beside the API, and nobody applies what they own.
    /// </summary>
    private static readonly string[] ControlPlane = ["kube-controller-manager", "kube-scheduler", "kubelet", "fake-kubelet", "kube-apiserver", "rollouts-controller"];

    /// <summary>
    /// After a patch has emptied a map, Go shows an empty map and not none. Practice drops empty maps when it decodes.
    /// </summary>
    private static readonly (string Go, string Practice) EmptyMap = ("map[string]string{}:", "map[string]string(nil):");

    /// <summary>Why something is allowed: a real server names the role, Practice has rules that are no roles.</summary>
    private const string Allowed = "RBAC: allowed";

    /// <summary>Nothing in Practice mounts a claim, so nobody has to keep one from being deleted while it is mounted: it goes at once.</summary>
    private const string ClaimProtection = "kubernetes.io/pvc-protection";

    /// <summary>The answer without what may differ.</summary>
    public static Answer Without(Request request, Answer answer) => answer with
    {
        Body = Without(answer.Body?.DeepClone()),
        Events = (JsonArray?)Without(answer.Events?.DeepClone()),
        Text = request.Path.EndsWith("/log", StringComparison.Ordinal) && answer.Text is { } log ? Lines(log) : answer.Text,
    };

    /// <summary>What an image writes is its own; that it is asked for so many lines and gets them is not.</summary>
    private static string Lines(string log) => string.Join('\n', log.Split('\n').Select(line => line.Length > 0 ? "<line>" : ""));

    /// <summary>
    /// Practice serves the kinds that a rollback meets, and says nothing of how a kind is stored, which only the storage migrator asks.
    /// </summary>
    private static void OnlyWhatPracticeServes(JsonObject list)
    {
        var served = Resources.BuiltIn.Concat(ArgoResources.All).Concat(new RolloutsPlatform().Kinds).Where(type => type.ApiVersion == (string?)list["groupVersion"])
            .SelectMany(type => type.Subresources.Select(sub => $"{type.Plural}/{sub}").Append(type.Plural)).ToHashSet();
        // Custom kinds come in any order.
        list["resources"] = new JsonArray([.. list["resources"]!.AsArray().Where(one => served.Count == 0 || served.Contains((string)one!["name"]!))
            .OrderBy(one => (string)one!["name"]!, StringComparer.Ordinal).Select(one => one!.DeepClone())]);
        foreach (var one in list["resources"]!.AsArray()) one!.AsObject().Remove("storageVersionHash");
    }

    private static JsonNode? Without(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Without(item);
        }
        else if (node is JsonObject map)
        {
            if (map["managedFields"] is JsonArray entries)
            {
                var others = entries.Where(one => !ControlPlane.Contains(one?["manager"]?.ToString())).Select(one => one?.DeepClone()).ToArray();
                if (others.Length > 0) map["managedFields"] = new JsonArray(others);
                else map.Remove("managedFields");
            }

            if (map["finalizers"] is JsonArray { Count: 1 } finalizers && (string?)finalizers[0] == ClaimProtection)
            {
                foreach (var field in (string[])["finalizers", "deletionTimestamp", "deletionGracePeriodSeconds"]) map.Remove(field);
            }

            // Argo's kinds have no schema in Practice, which would say what of them is owned as a whole and what item by item.
            if ((string?)map["kind"] is "ImageUpdater" or "Rollout") map["metadata"]?.AsObject().Remove("managedFields");

            // A Rollout's conditions are written as they come about, which is a matter of moments; each is told by its type.
            if (map["conditions"] is JsonArray conditions && conditions.All(one => one?["type"] is not null))
                map["conditions"] = new JsonArray([.. conditions.OrderBy(one => (string?)one!["type"], StringComparer.Ordinal).Select(one => one!.DeepClone())]);
            if ((string?)map["kind"] == "APIResourceList") OnlyWhatPracticeServes(map);
            if (map["message"] is JsonValue message && message.ToString().Contains(EmptyMap.Go, StringComparison.Ordinal))
                map["message"] = message.ToString().Replace(EmptyMap.Go, EmptyMap.Practice, StringComparison.Ordinal);
            if (map["kind"]?.ToString().EndsWith("AccessReview", StringComparison.Ordinal) == true)
            {
                // A review is stored nowhere: nobody asks who owns its fields.
                (map["metadata"] as JsonObject)?.Remove("managedFields");
                if (map["status"] is JsonObject status && (string?)status["reason"] is { } reason && (reason.StartsWith(Allowed, StringComparison.Ordinal) || (bool?)status["allowed"] == true))
                    status["reason"] = "allowed";
            }

            foreach (var (_, value) in map.ToList()) Without(value);
        }

        return node;
    }
}
