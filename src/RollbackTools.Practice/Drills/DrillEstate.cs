namespace RollbackTools.Practice.Drills;

/// <summary>What a drill knows of the estate it breaks: what anybody outside could know.</summary>
/// <param name="Name">Its name, such as tomoda.</param>
/// <param name="Kubeconfig">Path of the kubeconfig that reaches it.</param>
/// <param name="Namespace">Where production runs.</param>
/// <param name="Services">The URL of each Service, by name.</param>
public sealed record DrillEstate(string Name, string Kubeconfig, string Namespace, IReadOnlyDictionary<string, Uri> Services)
{
    /// <summary>The rollback.yaml that describes it.</summary>
    public string EnvironmentFile => Beside("rollback.yaml");

    /// <summary>Other namespaces that are environments of their own, such as staging.</summary>
    public IReadOnlyList<string> OtherEnvironments { get; init; } = [];

    /// <summary>What the health endpoint of each Service must answer besides 200.</summary>
    public IReadOnlyDictionary<string, string> Health { get; init; } = new Dictionary<string, string>();

    /// <summary>Its Argo CD and its Git server; null when it has none.</summary>
    public DrillGitOps? GitOps { get; init; }

    /// <summary>Whether Argo Rollouts runs there.</summary>
    public bool HasRollouts { get; init; }

    /// <summary>The path of another file of the estate's, beside its kubeconfig.</summary>
    internal string Beside(string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Kubeconfig))!, name);
}

/// <summary>Where an estate's Git and Argo CD are.</summary>
public sealed record DrillGitOps
{
    /// <summary>Argo CD's API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>A file with the token of its admin.</summary>
    public required string TokenFile { get; init; }

    /// <summary>The certificate authority to trust there, PEM.</summary>
    public required string CaFile { get; init; }

    /// <summary>The Application that is production.</summary>
    public required string Application { get; init; }

    /// <summary>The namespace the Applications lie in.</summary>
    public required string Namespace { get; init; }

    /// <summary>The repository production comes from.</summary>
    public required Uri Repository { get; init; }

    /// <summary>The directory with production's kustomization.</summary>
    public required string Overlay { get; init; }

    /// <summary>All repositories, by name.</summary>
    public required IReadOnlyDictionary<string, Uri> Repositories { get; init; }

    /// <summary>How long nothing that would fight a rollback waits before it looks again.</summary>
    public required TimeSpan Interval { get; init; }
}
