using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// The lists of a pod template whose items have a name: the merge keys of core/v1 PodSpec and Container, with what server-side apply adds to them
/// where they are not unique (53/TCP beside 53/UDP). Lists not named here are replaced whole.
/// </summary>
internal static class TemplateLists
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["env"] = ["name"],
        ["volumes"] = ["name"],
        ["imagePullSecrets"] = ["name"],
        ["resourceClaims"] = ["name"],
        ["schedulingGates"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["volumeDevices"] = ["devicePath"],
        ["ports"] = ["containerPort", "protocol"],
        ["hostAliases"] = ["ip"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
    };

    public static bool HasKeys(string field) => Keys.ContainsKey(field);

    /// <summary>
    /// The items of a list by their names, in order. A name that comes again (the server takes that for env) is told apart by a count.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, T>> Named<T>(string field, IEnumerable<T> items, Func<T, string, string?> read)
    {
        Dictionary<string, int> seen = [];
        List<KeyValuePair<string, T>> named = [];
        foreach (var item in items)
        {
            // A protocol that nobody wrote is TCP.
            var id = string.Join("/", Keys[field].Select(key => read(item, key) ?? (key == "protocol" ? "TCP" : "")));
            if (id.EndsWith("/TCP", StringComparison.Ordinal)) id = id[..^4];
            var again = seen[id] = seen.GetValueOrDefault(id) + 1;
            named.Add(new(again == 1 ? id : $"{id}#{again}", item));
        }

        return named;
    }

    public static IReadOnlyList<KeyValuePair<string, JsonElement>> Named(string field, JsonElement list) => Named(field, list.EnumerateArray(),
        (item, key) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out var value) ? value.ToString() : null);

    public static IReadOnlyList<KeyValuePair<string, JsonNode?>> Named(string field, JsonArray list) => Named(field, list.AsEnumerable(),
        (item, key) => (item as JsonObject)?[key]?.ToString());
}
