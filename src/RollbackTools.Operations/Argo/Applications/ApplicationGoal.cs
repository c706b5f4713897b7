using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>Which deployment to go back to. At most one of them is set; none means known-good.</summary>
public sealed record ApplicationGoal
{
    public static ApplicationGoal KnownGood { get; } = new();

    /// <summary>An entry of <c>status.history</c>, by its number.</summary>
    public long? Id { get; init; }

    /// <summary>A commit, or the beginning of one; also one that the history no longer holds.</summary>
    public string? Revision { get; init; }
}
