using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>What to type about a workload.</summary>
internal static class WorkloadCommands
{
    /// <summary>Null for a kind that has no versions, such as a CronJob.</summary>
    public static TargetCommands? Of(RunTarget target)
    {
        var named = $"{target} -Namespace {target.Namespace}";
        return target.Kind is "Deployment" or "StatefulSet" or "DaemonSet" or "Rollout"
            ? new TargetCommands($"Test-RollbackHealth {named}", $"Get-ImageHistory {named}")
            : null;
    }
}
