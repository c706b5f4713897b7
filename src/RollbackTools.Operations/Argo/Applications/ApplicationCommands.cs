using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>What to type about an Argo CD application.</summary>
internal static class ApplicationCommands
{
    public const string Kind = "Application";

    public static TargetCommands Of(RunTarget target)
    {
        var named = $"{target.Name} -Namespace {target.Namespace}";
        return new TargetCommands($"Get-ArgoApplication {named}", $"Get-ArgoHistory {named}");
    }

    /// <summary>The same where the targets are an application and its workloads.</summary>
    public static TargetCommands? OrWorkload(RunTarget target) => target.Kind == Kind ? Of(target) : WorkloadCommands.Of(target);
}
