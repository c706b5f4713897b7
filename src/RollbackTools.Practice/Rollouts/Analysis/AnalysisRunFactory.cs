using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>AnalysisRuns from templates, with the arguments a Rollout gives.</summary>
internal sealed class AnalysisRunFactory(ControllerContext context)
{
    /// <summary>Creates one named for the Rollout, the new ReplicaSet, the revision and its part.</summary>
    public StoredObject Create(RolloutRun run, JsonObject analysis, string infix, JsonObject labels)
    {
        var rollout = run.Rollout;
        var hash = run.New!.Hash();
        labels[RolloutNames.HashLabel] = hash;
        foreach (var (key, value) in rollout.Selector.Map("matchLabels")) labels[key] = value;
        var revision = Numbers.Text(rollout.Revision);
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = rollout.Namespace,
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [RolloutNames.Revision] = revision },
                ["ownerReferences"] = new JsonArray(rollout.Stored.OwnerReference()),
            },
            ["spec"] = Spec(run, analysis),
        };
        var name = $"{rollout.Name}-{hash}-{revision}{(infix.Length > 0 ? $"-{infix}" : "")}";
        var free = name;
        for (var i = 1; context.Store.Find(RolloutResources.AnalysisRuns, rollout.Namespace, free) is not null; i++) free = $"{name}.{i}";
        body["metadata"]!["name"] = free;
        return context.Store.Create(RolloutResources.AnalysisRuns, body);
    }

    private JsonObject Spec(RolloutRun run, JsonObject analysis)
    {
        JsonArray metrics = [], arguments = [];
        foreach (var template in Templates(run.Rollout, analysis))
        {
            foreach (var metric in template.Read.Items("spec", "metrics")) metrics.Add(metric.DeepClone());
            foreach (var argument in template.Read.Items("spec", "args"))
            {
                if (arguments.OfType<JsonObject>().All(one => one.Text("name") != argument.Text("name"))) arguments.Add(argument.DeepClone());
            }
        }

        foreach (var given in analysis.Items("args"))
        {
            if (arguments.OfType<JsonObject>().FirstOrDefault(one => one.Text("name") == given.Text("name")) is not { } argument) continue;
            argument.Remove("valueFrom");
            argument["value"] = Value(run, given);
        }

        JsonObject spec = new() { ["metrics"] = metrics };
        if (arguments.Count > 0) spec["args"] = arguments;
        if (analysis.At("dryRun") is { } dry) spec["dryRun"] = dry.DeepClone();
        return spec;
    }

    private List<StoredObject> Templates(RolloutView rollout, JsonObject analysis)
    {
        List<StoredObject> found = [];
        foreach (var reference in analysis.Items("templates"))
        {
            var name = reference.Text("templateName") ?? "";
            var template = reference.Flag("clusterScope")
                ? context.Store.Find(RolloutResources.ClusterAnalysisTemplates, null, name)
                : context.Store.Find(RolloutResources.AnalysisTemplates, rollout.Namespace, name);

            // One that was deleted a moment ago: the rules find it missing at the next look.
            if (template is null) throw new StoreConflictException(StoreConflict.Stale, $"analysistemplates.argoproj.io \"{name}\" not found");
            found.Add(template);
        }

        return found;
    }

    private static string Value(RolloutRun run, JsonObject argument)
    {
        if (argument.Object("valueFrom") is not { } source) return argument.Text("value") ?? "";
        if (source.Text("podTemplateHashValue") is { } which) return (which == "Stable" ? run.Stable : run.New)?.Hash() ?? "";
        var path = source.Text("fieldRef", "fieldPath") ?? "";
        return FieldPath(run.Rollout.Stored.Read, path);
    }

    /// <summary>As the downward API reads it: <c>metadata.labels['app']</c>, <c>metadata.name</c>.</summary>
    private static string FieldPath(JsonNode rollout, string path)
    {
        var bracket = path.IndexOf('[', StringComparison.Ordinal);
        var key = bracket < 0 ? null : path[(bracket + 1)..].Trim(']', '\'', '"');
        JsonNode? node = rollout;
        foreach (var part in (bracket < 0 ? path : path[..bracket]).Split('.')) node = node.At(part);
        if (key is not null) node = node.At(key);
        return node.Text() ?? node?.ToJsonString() ?? "";
    }
}
