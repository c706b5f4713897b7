namespace RollbackTools.Operations.Runs;

/// <summary>How an operation speaks to whoever runs it, and asks. Implemented by the cmdlets' pump and by tests.</summary>
public interface IOperationReporter
{
    void Verbose(string message);

    void Warning(string message);

    void Progress(ProgressReport progress);

    /// <summary>
    /// What to say of <paramref name="subject"/> should the operator stop the command from now on: nothing else can be written then.
    /// Null when there is nothing to say any more.
    /// </summary>
    void IfStopped(string subject, string? message);

    /// <summary>
    /// Whether to go ahead with one target. Under <c>-WhatIf</c> it shows <see cref="Proposal.Description"/> and answers
    /// <see cref="Decision.WhatIf"/>; a person may decline.
    /// </summary>
    Task<Decision> DecideAsync(Proposal proposal, CancellationToken cancellation);
}

public enum Decision
{
    GoAhead,
    WhatIf,
    Declined,
}

/// <summary>
/// What confirmation shows: the target (<c>deployment/api in prod (context prod-eu)</c>) and, step by step in the wire's own
/// words, what would change.
/// </summary>
public sealed record Proposal(string Target, string Action, IReadOnlyList<string> Steps)
{
    /// <summary>What whoever decides should know first; said before they are asked, and before anything is changed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What is dangerous about it beyond the change itself; a person is asked about it on its own.</summary>
    public string? Danger { get; init; }

    public string Description => Steps.Count <= 1 ? $"{Action}: {string.Join("", Steps)}" : $"{Action}:\n  {string.Join("\n  ", Steps)}";
}

/// <summary>One progress line. <see cref="Percent"/> is 0 to 100, or null when unknown.</summary>
public sealed record ProgressReport(int Id, string Activity, string Status, int? Percent)
{
    public bool Completed { get; init; }
}
