namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Where Git is, when it is not where the application says; null is what the application says.</summary>
public sealed record GitOverrides
{
    public string? Repository { get; init; }

    public string? Branch { get; init; }

    public string? Overlay { get; init; }

    /// <summary>The application that the overlay is for; null: whichever owns the workload.</summary>
    public string? Application { get; init; }

    /// <summary>Push there instead, for a pull request.</summary>
    public string? PullRequestBranch { get; init; }
}
