using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Fakes;

/// <summary>An engine that notes what it is told, on which thread, and fails on request.</summary>
internal sealed class FakeEngine : ICommandEngine
{
    public List<string> Said { get; } = [];

    public HashSet<int> Threads { get; } = [];

    /// <summary>Called with each thing said; throw to act like a stopping PowerShell.</summary>
    public Action<string> On { get; set; } = _ => { };

    public Action<ProgressReport> OnProgress { get; set; } = _ => { };

    public Decision Decision { get; set; } = Decision.GoAhead;

    public CommandServices Services => throw new NotSupportedException();

    public object Session => this;

    public string ParameterSetName => "__AllParameterSets";

    public string CurrentDirectory => "/";

    public bool IsBound(string parameter) => false;

    public bool IsOn(string parameter, SwitchParameter value) => false;

    public string ResolvePath(string path) => path;

    public void WriteObject(object value) => Say($"object {value}");

    public void WriteError(CommandError error) => Say($"error {error.ErrorId}");

    [DoesNotReturn]
    public void ThrowTerminatingError(CommandError error)
    {
        Say($"terminating {error.ErrorId}");
        throw new PipelineStoppedException();
    }

    public void WriteVerbose(string message) => Say($"verbose {message}");

    public void WriteWarning(string message) => Say($"warning {message}");

    public void WriteDebug(string message) => Say($"debug {message}");

    public void WriteInformation(string message) => Say($"information {message}");

    public void WriteProgress(ProgressReport progress)
    {
        OnProgress(progress);
        Say($"progress {progress.Status}");
    }

    public void WriteAfterStop(string message) => Say($"after stop {message}");

    public Decision ShouldProcess(string description, string question, string caption)
    {
        Say($"ask {description}");
        return Decision;
    }

    public bool AcceptDanger(string question, string caption) => ShouldContinue(question, caption);

    public bool ShouldContinue(string question, string caption)
    {
        Say($"continue {question}");
        return Decision == Decision.GoAhead;
    }

    private void Say(string what)
    {
        Threads.Add(Environment.CurrentManagedThreadId);
        Said.Add(what);
        On(what);
    }
}
