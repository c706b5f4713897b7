using System.Management.Automation;
using System.Runtime.CompilerServices;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// The base of every cmdlet: asynchronous bodies, one way to stop, one place where exceptions become errors. A derived cmdlet
/// overrides <see cref="BeginAsync"/>, <see cref="ProcessAsync"/> or <see cref="EndAsync"/> and speaks through the pipeline
/// it is given.
/// </summary>
public abstract class RollbackCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private ICommandEngine? engine;

    /// <summary>PowerShell, unless a runner said otherwise.</summary>
    internal ICommandEngine Engine
    {
        get => engine ??= new PowerShellEngine(this);
        set => engine = value;
    }

    protected CommandServices Services => Engine.Services;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    internal void Begin() => BeginProcessing();

    internal void Process() => ProcessRecord();

    internal void End() => EndProcessing();

    internal void Stop() => StopProcessing();

    protected sealed override void BeginProcessing() => Run(BeginAsync);

    protected override void ProcessRecord() => Run(ProcessAsync);

    protected sealed override void EndProcessing() => Run(EndAsync);

    /// <summary>Called on another thread (Ctrl+C); only asks.</summary>
    protected sealed override void StopProcessing()
    {
        try
        {
            _ = stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same moment.
        }
    }

    protected virtual Task BeginAsync(CommandPipeline pipeline, CancellationToken cancellation) => Task.CompletedTask;

    protected virtual Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation) => Task.CompletedTask;

    protected virtual Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation) => Task.CompletedTask;

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) stop.Dispose();
    }

    /// <summary>Whether a switch is on: <c>IsOn(NoWait)</c>.</summary>
    protected bool IsOn(SwitchParameter value, [CallerArgumentExpression(nameof(value))] string parameter = "") =>
        Engine.IsOn(parameter, value);

    /// <summary>Works on one input. What concerns only that input becomes a non-terminating error.</summary>
    private protected static async Task ForInputAsync(CommandPipeline pipeline, object input, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (ErrorMapping.ConcernsOneInput(failure))
        {
            await pipeline.WriteErrorAsync(ErrorMapping.From(failure, input));
        }
    }

    /// <summary>How to complete the commands that texts about an estate (null: whichever) tell to type.</summary>
    private protected virtual NextCommands NextFor(string? estate) => NextCommands.None;

    /// <summary>The command is about to end with this.</summary>
    private protected virtual void OnFailure(Exception failure)
    {
        // Most cmdlets hold nothing that a failure spoils.
    }

    /// <summary>For a ProcessRecord that only takes note of its input, on the pipeline's own thread.</summary>
    private protected void Collect(Action note)
    {
        try
        {
            note();
        }
        catch (Exception mistake) when (mistake is RollbackException or FormatException)
        {
            Engine.ThrowTerminatingError(NextFor(null).In(ErrorMapping.From(mistake)));
        }
    }

    private void Run(Func<CommandPipeline, CancellationToken, Task> body)
    {
        var failure = RunPumped(body);
        if (failure is null) return;
        if (failure is PipelineStoppedException) throw failure;
        if (stop.IsCancellationRequested && failure is OperationCanceledException) throw new PipelineStoppedException();
        OnFailure(failure);
        Engine.ThrowTerminatingError(NextFor(null).In(ErrorMapping.From(failure)));
    }

    private Exception? RunPumped(Func<CommandPipeline, CancellationToken, Task> body)
    {
        try
        {
            return PipelinePump.Run(Engine, stop, (pipeline, cancellation) =>
            {
                pipeline.Next = NextFor;
                return body(pipeline, cancellation);
            });
        }
        catch (RollbackException impossible)
        {
            return impossible; // Our side of the engine, not PowerShell's: there was nobody to ask.
        }
    }
}
