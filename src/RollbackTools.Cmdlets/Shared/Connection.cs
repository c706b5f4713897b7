using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>An open estate, the environment that led to it, and how commands that are to be typed next say the same.</summary>
internal sealed record Connection(EstateLease Lease, EnvironmentSettings? Environment, NextCommands Next)
{
    public IEstate Estate => Lease.Estate;

    /// <summary>
    /// Throws when an object from one estate is about to be used on another: the same name exists in both, and only one of
    /// them is on fire.
    /// </summary>
    public void MustBe(string? origin)
    {
        var (here, context) = (Estate.Name, Estate.Connection.Context);
        if (origin is null || origin == here || origin == context) return;
        throw new RollbackException("EstateMismatch", $"The piped object comes from {origin}, and this command is connected to {here}.")
        {
            Target = origin,
            NextStep = $"Add -Context or -Environment for {origin}, or pipe only the name to mean {here}: … | ForEach-Object Name | ….",
        };
    }

    /// <summary>Lets go of an estate that answered like one whose credentials or connection are no good.</summary>
    public void ForgetIfBroken(Exception failure)
    {
        if (failure is EstateException { Kind: EstateErrorKind.Unreachable or EstateErrorKind.Untrusted or EstateErrorKind.Unauthenticated })
            Lease.Forget();
    }
}
