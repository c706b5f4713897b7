using System.Collections;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>A practice estate that runs.</summary>
public sealed record PracticeEstate
{
    public string Name { get; init; } = "";

    /// <summary>The Kubernetes API's address, on loopback.</summary>
    public string Server { get; init; } = "";

    public string Kubeconfig { get; init; } = "";

    /// <summary>The rollback.yaml that describes it: environment prod, and prod-api for the same over Argo CD's API server.</summary>
    public string EnvironmentFile { get; init; } = "";

    /// <summary>Argo CD's API server; empty for an estate without.</summary>
    public string ArgoCd { get; init; } = "";

    /// <summary>The file with its admin's token, readable by this user only.</summary>
    public string ArgoTokenFile { get; init; } = "";

    /// <summary>The certificate authority to trust there.</summary>
    public string ArgoCaFile { get; init; } = "";

    /// <summary>URLs of Git repositories by name.</summary>
    public IDictionary Repositories { get; init; } = new Hashtable();

    /// <summary>Addresses by Service name.</summary>
    public IDictionary Services { get; init; } = new Hashtable();

    public int ProcessId { get; init; }

    /// <summary>When its process started; with the process id, who it is.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The file that announced it. Deleting it asks the process to end.</summary>
    public string ReadyFile { get; init; } = "";
}
