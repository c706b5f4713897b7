using System.Collections.Concurrent;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// What an asynchronous cmdlet body holds instead of the cmdlet. Safe from any thread. Output, errors and questions are awaited,
/// so a stop and a slow reader downstream both reach the body; after the cmdlet has ended every call throws
/// PipelineStoppedException.
/// </summary>
public sealed class CommandPipeline : IOperationReporter
{
    private readonly PipelinePump pump;
    private readonly ConcurrentDictionary<int, ProgressReport> latest = new();
    private readonly ConcurrentDictionary<string, bool> warned = new();

    internal CommandPipeline(PipelinePump pump) => this.pump = pump;

    /// <summary>Completes the commands that texts tell to type, by the estate (null: whichever) that they are about.</summary>
    internal Func<string?, NextCommands> Next { get; set; } = _ => NextCommands.None;

    public Task WriteAsync(object value)
    {
        var completed = Next(EstateOf(value)).In(value);
        return TellAsync(engine => engine.WriteObject(completed));
    }

    /// <summary>This input failed; the command goes on.</summary>
    public Task WriteErrorAsync(CommandError error)
    {
        var completed = Completed(error);
        return TellAsync(engine => engine.WriteError(completed));
    }

    /// <summary>The command cannot go on. Never returns normally: awaiting it throws.</summary>
    public Task ThrowTerminatingErrorAsync(CommandError error)
    {
        var completed = Completed(error);
        return TellAsync(engine => engine.ThrowTerminatingError(completed));
    }

    public void Verbose(string message) => pump.Post(engine => engine.WriteVerbose(message));

    public void Warning(string message) => Warning(message, null);

    internal void Warning(string message, string? estate)
    {
        var completed = Next(estate).In(message);
        pump.Post(engine => engine.WriteWarning(completed));
    }

    /// <summary>The same, unless this very warning was said before: what a plan knew is said before the change, and not again with the result.</summary>
    public void WarnOnce(string message, string? estate = null)
    {
        if (warned.TryAdd(message, true)) Warning(message, estate);
    }

    public void Debug(string message) => pump.Post(engine => engine.WriteDebug(message));

    public void Information(string message) => pump.Post(engine => engine.WriteInformation(message));

    /// <summary>A report that was not shown yet is replaced: a fleet reports faster than a terminal draws.</summary>
    public void Progress(ProgressReport progress)
    {
        var waiting = true;
        latest.AddOrUpdate(
            progress.Id,
            _ =>
            {
                waiting = false;
                return progress;
            },
            (_, _) =>
            {
                waiting = true;
                return progress;
            });
        if (waiting) return;
        pump.Post(_ =>
        {
            if (latest.TryRemove(progress.Id, out var report)) pump.ShowProgress(report);
        });
    }

    /// <inheritdoc/>
    public void IfStopped(string subject, string? message) => pump.Keep(subject, message);

    /// <inheritdoc/>
    public async Task<Decision> DecideAsync(Proposal proposal, CancellationToken cancellation)
    {
        foreach (var warning in proposal.Warnings) WarnOnce(warning);
        var decision = await ShouldProcessAsync(proposal.Target, proposal.Description);
        if (decision != Decision.GoAhead || proposal.Danger is not { } danger) return decision;
        return await pump.AskAsync(engine => engine.AcceptDanger($"{danger}\nDo it all the same?", "Danger")) ? decision : Decision.Declined;
    }

    public Task<Decision> ShouldProcessAsync(string target, string action) =>
        pump.AskAsync(engine => engine.ShouldProcess($"{target}: {action}", $"{action}\non {target}?", "Confirm"));

    public Task<bool> ShouldContinueAsync(string question, string caption) =>
        pump.AskAsync(engine => engine.ShouldContinue(question, caption));

    /// <summary>Anything else only the pipeline's thread may ask.</summary>
    public Task<T> AskAsync<T>(Func<ICommandEngine, T> question) => pump.AskAsync(question);

    internal CommandError Completed(CommandError error) => Next(error.Target is { } target ? EstateOf(target) : null).In(error);

    private static string? EstateOf(object value) => value switch
    {
        RollbackResult result => result.Estate,
        Operations.Health.HealthCheck check => check.Estate,
        Operations.Rollouts.RolloutReport rollout => rollout.Estate,
        WorkloadIdentity identity => identity.Estate,
        _ => null,
    };

    private Task TellAsync(Action<ICommandEngine> statement) =>
        pump.AskAsync(engine =>
        {
            statement(engine);
            return true;
        });
}
