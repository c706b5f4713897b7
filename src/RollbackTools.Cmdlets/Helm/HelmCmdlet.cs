using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>The base of cmdlets about Helm releases.</summary>
public abstract class HelmCmdlet : EstateCmdlet
{
    /// <summary>
    /// The namespace that is meant: the object's own words first, then -Namespace. Throws NamespaceMismatch when the command line and the
    /// object differ. Null is the connection's.
    /// </summary>
    private protected string? NamespaceOf(HelmReleaseIdentity identity)
    {
        if (Given.Namespace is { } typed && identity.Namespace is { } own && typed != own)
        {
            throw new RollbackException("NamespaceMismatch", $"{identity} lies in namespace {own}, and -Namespace says {typed}.")
            {
                Target = identity.ToString(),
                NextStep = "Leave -Namespace out to use the object's own.",
            };
        }

        return identity.Namespace ?? Namespace ?? Given.Namespace;
    }
}
