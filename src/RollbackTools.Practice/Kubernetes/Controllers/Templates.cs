using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>When two pod templates are the same, and the hash that names one.</summary>
internal static class Templates
{
    public const string HashLabel = "pod-template-hash";

    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    // Values a Go struct writes as nothing: an empty one and an absent one are semantically equal.
    private static readonly HashSet<string> Maps = ["labels", "annotations", "nodeSelector", "resources", "limits", "requests", "metadata"];

    /// <summary>Semantic equality, ignoring the pod-template-hash label.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => Same(a, b, "");

    /// <summary>
    /// FNV-1a of the canonical template and the collision count, in the alphabet of generated names: the same template has the
    /// same hash in every run.
    /// </summary>
    public static string Hash(JsonNode? template, int? collisions)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(Canonical(template, "")))
            hash = (hash ^ octet) * 16777619;
        if (collisions is { } count)
        {
            foreach (var octet in BitConverter.GetBytes(count))
                hash = (hash ^ octet) * 16777619;
        }

        return string.Concat(hash.ToString().Select(digit => Alphabet[digit % Alphabet.Length]));
    }

    private static bool Same(JsonNode? a, JsonNode? b, string name)
    {
        if (Empty(a, name) || Empty(b, name)) return Empty(a, name) && Empty(b, name);
        switch (a, b)
        {
            case (JsonObject left, JsonObject right):
                foreach (var (key, value) in left)
                {
                    if (key != HashLabel && !Same(value, right[key], key)) return false;
                }

                return right.All(pair => pair.Key == HashLabel || left.ContainsKey(pair.Key) || Empty(pair.Value, pair.Key));

            case (JsonArray left, JsonArray right):
                return left.Count == right.Count && left.Zip(right).All(pair => Same(pair.First, pair.Second, ""));

            default:
                return JsonNode.DeepEquals(a, b);
        }
    }

    private static bool Empty(JsonNode? node, string name) => node switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonObject map when Maps.Contains(name) => map.All(pair => pair.Key == HashLabel || Empty(pair.Value, pair.Key)),
        _ => false,
    };

    private static string Canonical(JsonNode? node, string name)
    {
        if (Empty(node, name)) return "null";
        return node switch
        {
            JsonObject map => "{" + string.Join(',', map
                .Where(pair => pair.Key != HashLabel && !Empty(pair.Value, pair.Key))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{JsonSerializer.Serialize(pair.Key)}:{Canonical(pair.Value, pair.Key)}")) + "}",
            JsonArray array => "[" + string.Join(',', array.Select(item => Canonical(item, ""))) + "]",
            _ => node!.ToJsonString(),
        };
    }
}
