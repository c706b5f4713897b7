using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Estates;

/// <summary>How a practice cluster is started.</summary>
public sealed record PracticeClusterOptions
{
    public Estate Estate { get; init; } = new EmptyEstate();

    public PracticeTempo Tempo { get; init; } = PracticeTempo.Drill;

    /// <summary>Every random choice comes from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether there is an API server with a kubeconfig; without it only this process reaches the cluster.</summary>
    public bool Api { get; init; } = true;

    /// <summary>The API server's port on loopback; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>What goes wrong on the API's wires.</summary>
    public FaultPlan Faults { get; init; } = new();

    /// <summary>Whether Services listen on loopback.</summary>
    public bool Traffic { get; init; } = true;

    /// <summary>Where the kubeconfig is written; a new private directory, deleted at the end, when null.</summary>
    public string? Directory { get; init; }
}
