using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>Puts arguments in the place of <c>{{args.name}}</c>.</summary>
internal sealed partial class AnalysisArguments
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Throws <see cref="AnalysisSpecException"/> for an argument without a value.</summary>
    public AnalysisArguments(ObjectStore store, StoredObject run)
    {
        foreach (var argument in run.Read.Items("spec", "args"))
            values[argument.Text("name") ?? ""] = argument.Text("value") ?? Secret(store, run, argument);
    }

    /// <summary>The metric with every argument filled in.</summary>
    public MetricView Fill(JsonObject metric) => new(Fill((JsonNode)metric)!.AsObject());

    private JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Fill(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Fill)]),
        JsonValue when node.Text() is { } text => JsonValue.Create(Fill(text)),
        _ => node?.DeepClone(),
    };

    private string Fill(string text) => Argument().Replace(text, match => values.TryGetValue(match.Groups["name"].Value, out var value)
        ? value
        : throw new AnalysisSpecException($"Unable to resolve metric arguments: failed to resolve {match.Value}"));

    private static string Secret(ObjectStore store, StoredObject run, JsonObject argument)
    {
        var (name, key) = (argument.Text("valueFrom", "secretKeyRef", "name"), argument.Text("valueFrom", "secretKeyRef", "key") ?? "");
        if (name is null) throw new AnalysisSpecException($"Unable to resolve metric arguments: args.{argument.Text("name")} was not resolved");
        if (store.Find(Resources.Secrets, run.Namespace, name) is not { } secret)
            throw new AnalysisSpecException($"Unable to resolve metric arguments: secrets \"{name}\" not found");
        return secret.Read.Text("data", key) is { } data
            ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
            : throw new AnalysisSpecException($"Unable to resolve metric arguments: key '{key}' does not exist in secret '{name}'");
    }

    [GeneratedRegex(@"\{\{\s*args\.(?<name>[\w-]+)\s*\}\}")]
    private static partial Regex Argument();
}

/// <summary>An AnalysisRun that cannot be measured at all; the message becomes its own.</summary>
internal sealed class AnalysisSpecException(string message) : Exception(message);
