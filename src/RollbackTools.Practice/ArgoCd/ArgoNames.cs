namespace RollbackTools.Practice.ArgoCd;

/// <summary>The annotations and finalizers Argo CD reads and writes.</summary>
internal static class ArgoNames
{
    public const string Refresh = "argocd.argoproj.io/refresh";
    public const string RefreshTimestamp = "argocd.argoproj.io/refresh-timestamp";
    public const string SkipReconcile = "argocd.argoproj.io/skip-reconcile";
    public const string TrackingId = "argocd.argoproj.io/tracking-id";
    public const string Hook = "argocd.argoproj.io/hook";
    public const string HookDeletePolicy = "argocd.argoproj.io/hook-delete-policy";
    public const string SyncWave = "argocd.argoproj.io/sync-wave";
    public const string SyncOptions = "argocd.argoproj.io/sync-options";
    public const string CompareOptions = "argocd.argoproj.io/compare-options";
    public const string ResourcesFinalizer = "resources-finalizer.argocd.argoproj.io";

    /// <summary>Whether a comma-separated annotation has this option.</summary>
    public static bool HasOption(string? annotation, string option) =>
        annotation?.Split(',', StringSplitOptions.TrimEntries).Contains(option) == true;
}
