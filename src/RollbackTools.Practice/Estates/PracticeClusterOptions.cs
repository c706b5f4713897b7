using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Estates;

/// <summary>How a practice cluster is started.</summary>
public sealed record PracticeClusterOptions
{
    public Estate Estate { get; init; } = new EmptyEstate();

    public PracticeTempo Tempo { get; init; } = PracticeTempo.Drill;

    /// <summary>Every random choice comes from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether Services listen on loopback.</summary>
    public bool Traffic { get; init; } = true;

    /// <summary>Where the kubeconfig is written; a new private directory, deleted at the end, when null.</summary>
    public string? Directory { get; init; }
}
