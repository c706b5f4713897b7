using System.Text.Json.Nodes;
using RollbackTools.Recorder;

namespace RollbackTools.Tests.Practice.Kubernetes.Recorded;

/// <summary>Where Practice deliberately answers otherwise than the real server did, and why.</summary>
internal static class AllowedDifferences
{
    /// <summary>
    /// Practice's controllers and nodes leave no entry of their own in managedFields: they write beside the API, and nobody applies what they own.
    /// </summary>
    private static readonly string[] ControlPlane = ["kube-controller-manager", "kube-scheduler", "kubelet", "fake-kubelet"];

    /// <summary>
    /// After a patch has emptied a map, Go shows an empty map and not none. Practice drops empty maps when it decodes.
    /// </summary>
    private static readonly (string Go, string Practice) EmptyMap = ("map[string]string{}:", "map[string]string(nil):");

    /// <summary>Why something is allowed: a real server names the role, Practice has rules that are no roles.</summary>
    private const string Allowed = "RBAC: allowed";

    /// <summary>The answer without what may differ.</summary>
    public static Answer Without(Answer answer) => answer with
    {
        Body = Without(answer.Body?.DeepClone()),
        Events = (JsonArray?)Without(answer.Events?.DeepClone()),
    };

    private static JsonNode? Without(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Without(item);
        }
        else if (node is JsonObject map)
        {
            if (map["managedFields"] is JsonArray entries)
                map["managedFields"] = new JsonArray([.. entries.Where(one => !ControlPlane.Contains(one?["manager"]?.ToString())).Select(one => one?.DeepClone())]);
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
