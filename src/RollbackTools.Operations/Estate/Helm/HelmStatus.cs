using RollbackTools.Operations.Argo.Applications;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>Helm's statuses, as its records and their labels spell them.</summary>
public static class HelmStatus
{
    public const string Unknown = "unknown";
    public const string Deployed = "deployed";
    public const string Uninstalled = "uninstalled";
    public const string Superseded = "superseded";
    public const string Failed = "failed";
    public const string Uninstalling = "uninstalling";
    public const string PendingInstall = "pending-install";
    public const string PendingUpgrade = "pending-upgrade";
    public const string PendingRollback = "pending-rollback";

    /// <summary>Somebody works on it, or did when he was cut off: <c>helm upgrade</c> refuses.</summary>
    public static bool IsPending(string status) => status is PendingInstall or PendingUpgrade or PendingRollback;
}
