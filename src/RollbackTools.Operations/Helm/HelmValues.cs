using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Helm;

/// <summary>A release's values by path. They can be secrets, so what is kept of each is enough to see that it changed and not what it is.</summary>
internal static class HelmValues
{
    private const int MaximumValues = 20_000;
    private const int MaximumDepth = 64;

    public static IReadOnlyDictionary<string, string> Of(JsonElement? config)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        if (config is { ValueKind: JsonValueKind.Object } root) Add(root, "", 0, values);
        return values;
    }

    /// <summary>The paths whose values differ, in order.</summary>
    public static IReadOnlyList<string> Changes(IReadOnlyDictionary<string, string> from, IReadOnlyDictionary<string, string> to) =>
        [.. from.Keys.Union(to.Keys).Where(path => from.GetValueOrDefault(path) != to.GetValueOrDefault(path)).Order(StringComparer.Ordinal)];

    private static void Add(JsonElement element, string path, int depth, Dictionary<string, string> values)
    {
        if (element.ValueKind == JsonValueKind.Object && depth < MaximumDepth && values.Count < MaximumValues)
            foreach (var field in element.EnumerateObject()) Add(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}", depth + 1, values);
        else
            values[path] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSame.Canonical(element))), 0, 8);
    }
}
