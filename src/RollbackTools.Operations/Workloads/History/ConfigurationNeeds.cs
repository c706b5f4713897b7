using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>A ConfigMap or Secret that pods do not start without.</summary>
internal sealed record ConfigurationNeed(string Kind, string Name)
{
    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";
}

/// <summary>
/// Whether the configuration an earlier template needs is still there. Names with a hash change with their content, and what nothing
/// uses any more is pruned; then pods of the earlier version hang in CreateContainerConfigError (argo-rollouts#2675). Only what the
/// present version does without is looked for, by name; what it holds is never read.
/// </summary>
internal sealed class ConfigurationNeeds(ICluster cluster)
{
    /// <summary>Throws <see cref="RollbackException"/> ConfigurationMissing; a warning for what could not be looked at.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(WorkloadSnapshot workload, PodTemplate target, CancellationToken cancellation)
    {
        List<string> unseen = [];
        List<ConfigurationNeed> missing = [];
        foreach (var need in Of(target).Except(Of(workload.Template)))
        {
            try
            {
                await cluster.GetAsync(need.Kind == "Secret" ? Resources.Secrets : Resources.ConfigMaps, workload.Namespace, need.Name, cancellation);
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden or EstateErrorKind.Rejected)
            {
                if (refusal.Kind == EstateErrorKind.NotFound) missing.Add(need);
                else unseen.Add($"{workload} goes back to a version that needs {need}, and whether that is still there could not be seen: {refusal.Message}");
            }
        }

        if (missing.Count == 0) return unseen;
        throw new RollbackException("ConfigurationMissing",
            $"{workload} in {workload.Namespace} would go back to a version that needs {string.Join(" and ", missing)}, which {(missing.Count == 1 ? "is" : "are")} no longer there: its pods would not start. Nothing was changed.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = $"Bring {missing[0]} back first (Undo-GitCommit, or kubectl apply), or name another version: Get-ImageHistory {workload} -Namespace {workload.Namespace}",
        };
    }

    internal static IReadOnlyList<ConfigurationNeed> Of(PodTemplate template)
    {
        HashSet<ConfigurationNeed> needs = [];
        foreach (var volume in template.Json.Items("spec", "volumes"))
        {
            Add(volume.At("configMap"), "ConfigMap", "name");
            Add(volume.At("secret"), "Secret", "secretName");
            foreach (var source in volume.Items("projected", "sources"))
            {
                Add(source.At("configMap"), "ConfigMap", "name");
                Add(source.At("secret"), "Secret", "name");
            }
        }

        foreach (var container in template.Json.Items("spec", "containers").Concat(template.Json.Items("spec", "initContainers")))
        {
            foreach (var all in container.Items("envFrom"))
            {
                Add(all.At("configMapRef"), "ConfigMap", "name");
                Add(all.At("secretRef"), "Secret", "name");
            }

            foreach (var variable in container.Items("env"))
            {
                Add(variable.At("valueFrom", "configMapKeyRef"), "ConfigMap", "name");
                Add(variable.At("valueFrom", "secretKeyRef"), "Secret", "name");
            }
        }

        return [.. needs];

        void Add(JsonElement? reference, string kind, string field)
        {
            if (reference is { } one && one.Flag("optional") != true && one.Text(field) is { } name) needs.Add(new ConfigurationNeed(kind, name));
        }
    }
}
