using System.Management.Automation;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// An error as an operator meets it. It becomes an <see cref="ErrorRecord"/> at the engine; until then it is ours, because
/// without PowerShell an ErrorRecord holds nothing.
/// </summary>
public sealed record CommandError
{
    /// <summary>Stable, one per cause, Pascal case: what scripts compare with.</summary>
    public string ErrorId { get; init; } = "";

    public ErrorCategory Category { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The next command to type, when there is one.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>The thing that failed.</summary>
    public object? Target { get; init; }

    public Exception Exception { get; init; } = null!;

    internal ErrorRecord ToErrorRecord() =>
        new(Exception, ErrorId, Category, Target)
        {
            ErrorDetails = new ErrorDetails(Message) { RecommendedAction = RecommendedAction ?? "" },
        };
}
