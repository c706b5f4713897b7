using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.GitOps;

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
