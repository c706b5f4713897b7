using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace RollbackTools.Practice.Kustomize;

/// <summary>Makes the ConfigMaps and Secrets of a kustomization.</summary>
internal static class Generators
{
    // Base64 is broken into lines of this length, and the line ends count in the name's hash.
    private const int LineLength = 70;

    public static Resource Make(GeneratorEntry entry, bool secret, KustomizationNode node)
    {
        if (entry.Name.Length == 0) throw new KustomizeException("a configmap must have a name");
        JsonObject metadata = new() { ["name"] = entry.Name };
        if (entry.Namespace.Length > 0) metadata["namespace"] = entry.Namespace;
        if (entry.Options.Labels.Count > 0) metadata["labels"] = Map(entry.Options.Labels);
        if (entry.Options.Annotations.Count > 0) metadata["annotations"] = Map(entry.Options.Annotations);
        JsonObject body = new() { ["apiVersion"] = "v1", ["kind"] = secret ? "Secret" : "ConfigMap", ["metadata"] = metadata };
        if (secret)
        {
            body["type"] = entry.Type;
            body["data"] = new JsonObject();
        }

        foreach (var (key, value) in Pairs(entry, node))
        {
            var text = !secret && Utf8.IsValid(value);
            var field = secret || text ? "data" : "binaryData";
            if (body[field] is not JsonObject data) body[field] = data = [];
            data[key] = text ? Encoding.UTF8.GetString(value) : Base64(value);
        }

        if (entry.Options.Immutable) body["immutable"] = true;
        return new Resource(body) { Behaviour = entry.Behaviour, NeedsHash = !entry.Options.DisableNameSuffixHash };
    }

    private static SortedDictionary<string, byte[]> Pairs(GeneratorEntry entry, KustomizationNode node)
    {
        SortedDictionary<string, byte[]> pairs = new(StringComparer.Ordinal);
        foreach (var (key, value) in entry.Envs.SelectMany(file => Lines(node.File(file)))) Add(key, Encoding.UTF8.GetBytes(value));
        foreach (var (key, value) in entry.Literals.Select(Literal)) Add(key, Encoding.UTF8.GetBytes(value));
        foreach (var (key, path) in entry.Files.Select(FileSource)) Add(key, node.File(path));
        return pairs;

        void Add(string key, byte[] value)
        {
            if (!pairs.TryAdd(key, value)) throw new KustomizeException($"configmap {entry.Name} illegally repeats the key `{key}`");
        }
    }

    private static IEnumerable<(string Key, string Value)> Lines(byte[] file)
    {
        foreach (var line in Encoding.UTF8.GetString(file).TrimStart('\ufeff').Split('\n'))
        {
            var text = line.TrimEnd('\r').TrimStart();
            if (text.Length == 0 || text[0] == '#') continue;
            var pair = text.Split('=', 2);
            yield return (pair[0], pair.Length > 1 ? pair[1] : "");
        }
    }

    private static (string Key, string Value) Literal(string source)
    {
        var pair = source.Split('=', 2);
        if (pair.Length < 2 || pair[0].Length == 0) throw new KustomizeException($"invalid literal source {source}, expected key=value");
        var value = pair[1];
        return (pair[0], value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value);
    }

    private static (string Key, string Path) FileSource(string source) => source.Split('=') switch
    {
        [var path] => (path.Split('/')[^1], path),
        [{ Length: > 0 } key, { Length: > 0 } path] => (key, path),
        _ => throw new KustomizeException($"source \"{source}\" key name or file path contains '=', or misses one of the two"),
    };

    private static string Base64(byte[] value)
    {
        var text = Convert.ToBase64String(value);
        return text.Length < LineLength ? text : string.Concat(text.Chunk(LineLength).Select(line => new string(line) + "\n"));
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string> map) =>
        new(map.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));
}
