using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>What to type about a Helm release.</summary>
internal static class HelmCommands
{
    public static TargetCommands Of(RunTarget target)
    {
        var named = $"{target.Name} -Namespace {target.Namespace}";
        return new TargetCommands($"Get-HelmRelease {named}", $"Get-HelmHistory {named}", "revision");
    }
}
