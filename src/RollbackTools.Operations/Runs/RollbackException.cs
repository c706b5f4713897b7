namespace RollbackTools.Operations.Runs;

/// <summary>
/// An operation that cannot go on with one target, for a reason with a stable name. Cmdlets turn it into one ErrorRecord:
/// <see cref="ErrorId"/>, message, <see cref="Target"/> and <see cref="NextStep"/> as RecommendedAction.
/// </summary>
public sealed class RollbackException(string errorId, string message, Exception? inner = null) : Exception(message, inner)
{
    public string ErrorId { get; } = errorId;

    /// <summary>The thing: <c>deployment/api in prod</c>.</summary>
    public string? Target { get; init; }

    public string? NextStep { get; init; }

    /// <summary>What lies behind it, a line each: failed resources, events, last log lines.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>LockHeld: which of the wanted targets somebody else has.</summary>
    public IReadOnlyList<string> Contested { get; init; } = [];
}
