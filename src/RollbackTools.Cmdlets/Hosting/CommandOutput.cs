using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Hosting;

public enum CommandEventKind
{
    Output,
    Error,
    Warning,
    Verbose,
    Debug,
    Information,
    Progress,
    WhatIf,
    Prompt,
}

/// <summary>One thing a pipeline said, in the order it was said.</summary>
public sealed record CommandEvent(CommandEventKind Kind, object Value);

/// <summary>Everything a pipeline said.</summary>
public sealed class CommandOutput
{
    private readonly List<CommandEvent> events = [];

    public IReadOnlyList<CommandEvent> Events => events;

    /// <summary>What came out of the last command.</summary>
    public IReadOnlyList<object> Objects => Of<object>(CommandEventKind.Output);

    public IReadOnlyList<CommandError> Errors => Of<CommandError>(CommandEventKind.Error);

    public IReadOnlyList<string> Warnings => Of<string>(CommandEventKind.Warning);

    public IReadOnlyList<string> Verbose => Of<string>(CommandEventKind.Verbose);

    public IReadOnlyList<ProgressReport> Progress => Of<ProgressReport>(CommandEventKind.Progress);

    /// <summary>What -WhatIf said would be done.</summary>
    public IReadOnlyList<string> WhatIfs => Of<string>(CommandEventKind.WhatIf);

    /// <summary>The questions asked.</summary>
    public IReadOnlyList<string> Prompts => Of<string>(CommandEventKind.Prompt);

    /// <summary>The error that ended the pipeline, if one did. It is not among <see cref="Errors"/>.</summary>
    public CommandError? Failure { get; internal set; }

    /// <summary>Whether the pipeline was stopped before it ended by itself.</summary>
    public bool Stopped { get; internal set; }

    public IReadOnlyList<T> Of<T>() => [.. Objects.OfType<T>()];

    /// <summary>Throws when the pipeline ended in a terminating error; returns itself otherwise.</summary>
    public CommandOutput OrThrow() => Failure is null ? this : throw new CommandFailure(Failure);

    internal void Add(CommandEvent said) => events.Add(said);

    private List<T> Of<T>(CommandEventKind kind) => [.. events.Where(said => said.Kind == kind).Select(said => (T)said.Value)];
}
