using System.Collections;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>A practice estate that runs.</summary>
public sealed record PracticeEstate
{
    public string Name { get; init; } = "";

    /// <summary>The Kubernetes API's address, on loopback.</summary>
    public string Server { get; init; } = "";

    public string Kubeconfig { get; init; } = "";

    /// <summary>Addresses by Service name.</summary>
    public IDictionary Services { get; init; } = new Hashtable();

    public int ProcessId { get; init; }

    /// <summary>When its process started; with the process id, who it is.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The file that announced it. Deleting it asks the process to end.</summary>
    public string ReadyFile { get; init; } = "";
}
