namespace RollbackTools.Operations.Runs;

/// <summary>Whether the goal was seen to hold, or is lost, and why.</summary>
public sealed record Verdict
{
    public bool Healthy { get; init; }

    /// <summary>Nothing speaks against it, and nothing ran that could speak for it.</summary>
    public bool Unproven { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The stable name of the failure; null when healthy.</summary>
    public string? ErrorId { get; init; }

    public IReadOnlyList<string> Evidence { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public string? NextStep { get; init; }

    /// <summary>What only doing it could tell, put into the result: a commit's id, or that the change waits for somebody's approval.</summary>
    public Func<RollbackResult, RollbackResult>? Complete { get; init; }

    public static Verdict Good(string message, IReadOnlyList<string>? warnings = null) => new() { Healthy = true, Message = message, Warnings = warnings ?? [] };

    public static Verdict Lost(string errorId, string message) => new() { ErrorId = errorId, Message = message };
}
