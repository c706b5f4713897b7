using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>An object of an application that a sync leaves as it is, and why.</summary>
public sealed record LeftAlone(ArgoObject Object, string Why)
{
    /// <summary>It wants no pods now, or is suspended: a sync would start it.</summary>
    public bool IsStopped { get; init; }

    /// <summary>The command that starts it again as before; null when this module did not stop it.</summary>
    public string? Start { get; init; }

    public override string ToString() => $"{Object} ({Why})";
}
