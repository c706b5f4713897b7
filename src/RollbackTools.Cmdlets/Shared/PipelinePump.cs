using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// Runs an asynchronous body on the thread pool while the pipeline's own thread, the only one that may speak to the engine,
/// answers what the body asks. The body always ends before <see cref="Run"/> does: a stop cancels its token and then waits for
/// its finally blocks (journal, lease).
/// </summary>
internal sealed class PipelinePump
{
    private readonly BlockingCollection<IRequest> requests = [];
    private readonly ICommandEngine engine;
    private readonly CancellationTokenSource stop;
    private readonly Dictionary<int, ProgressReport> showing = [];
    private readonly HashSet<int> unsettled = [];
    private readonly ConcurrentDictionary<string, string> lastWords = new();
    private ExceptionDispatchInfo? refusal;

    private PipelinePump(ICommandEngine engine, CancellationTokenSource stop)
    {
        this.engine = engine;
        this.stop = stop;
    }

    /// <summary>
    /// A console draws at most every 200 ms and drops what comes in between, so the last report before a quiet spell is repeated
    /// after this long.
    /// </summary>
    private static TimeSpan Quiet { get; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a stopped body may take over its finally blocks before the pipeline ends without it.</summary>
    public static TimeSpan StopGrace { get; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Returns what the body threw, if it did. Throws what the engine threw (a stop, <c>-ErrorAction Stop</c>, a later command's
    /// failure): exactly that exception, because the engine recognises its own.
    /// </summary>
    public static Exception? Run(
        ICommandEngine engine, CancellationTokenSource stop, Func<CommandPipeline, CancellationToken, Task> body, TimeSpan? stopGrace = null) =>
        new PipelinePump(engine, stop).Run(body, stopGrace ?? StopGrace);

    /// <summary>Performed on the pipeline's thread; the answer arrives elsewhere, so the body never runs on that thread.</summary>
    public Task<T> AskAsync<T>(Func<ICommandEngine, T> question)
    {
        var request = new Request<T>(question);
        Add(request);
        return request.Answer;
    }

    /// <summary>What is said of a subject if the command is stopped, or null for nothing. From any thread, at any time.</summary>
    public void Keep(string subject, string? message)
    {
        if (message is null) lastWords.TryRemove(subject, out _);
        else lastWords[subject] = message;
    }

    /// <summary>On the pipeline's thread.</summary>
    public void ShowProgress(ProgressReport report)
    {
        engine.WriteProgress(report);
        if (report.Completed)
        {
            showing.Remove(report.Id);
            unsettled.Remove(report.Id);
        }
        else
        {
            showing[report.Id] = report;
            unsettled.Add(report.Id);
        }
    }

    /// <summary>Like <see cref="AskAsync"/>, for messages whose writer need not wait.</summary>
    public void Post(Action<ICommandEngine> message) => Add(new Message(message));

    private Exception? Run(Func<CommandPipeline, CancellationToken, Task> body, TimeSpan stopGrace)
    {
        if (stop.IsCancellationRequested) throw new PipelineStoppedException();

        var pipeline = new CommandPipeline(this);
        // Not Task.Run's own token: a body that was started gets to its finally blocks.
        var work = Task.Run(() => body(pipeline, stop.Token), CancellationToken.None);
        _ = work.ContinueWith(
            _ => requests.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        var ended = AnswerUntilDone(stopGrace);
        if (!stop.IsCancellationRequested) Answer(new Message(ClearProgress));
        else foreach (var words in lastWords.OrderBy(pair => pair.Key, StringComparer.Ordinal)) engine.WriteAfterStop(words.Value);
        refusal?.Throw();
        if (!ended) throw new PipelineStoppedException();
        return work.IsCanceled ? new TaskCanceledException(work) : work.Exception?.InnerException;
    }

    private bool AnswerUntilDone(TimeSpan stopGrace)
    {
        // Wakes the wait below, which from then on is a bounded one.
        using var wake = stop.Token.Register(() => requests.TryAddQuietly(new Message(_ => { })));
        long? stoppedAt = null;
        while (!requests.IsCompleted)
        {
            var wait = unsettled.Count > 0 ? Quiet : Timeout.InfiniteTimeSpan;
            if (stop.IsCancellationRequested)
            {
                stoppedAt ??= Environment.TickCount64;
                wait = stopGrace - TimeSpan.FromMilliseconds(Environment.TickCount64 - stoppedAt.Value);
                if (wait <= TimeSpan.Zero) return Abandon();
            }

            if (requests.TryTake(out var request, wait)) Answer(request);
            else if (unsettled.Count > 0) Answer(new Message(RepeatProgress));
        }

        return true;
    }

    private void RepeatProgress(ICommandEngine engine)
    {
        foreach (var id in unsettled) engine.WriteProgress(showing[id]);
        unsettled.Clear();
    }

    // A body that failed half-way leaves its bars behind.
    private void ClearProgress(ICommandEngine engine)
    {
        foreach (var report in showing.Values) engine.WriteProgress(report with { Completed = true });
    }

    private bool Abandon()
    {
        requests.CompleteAdding();
        while (requests.TryTake(out var request)) request.Refuse(new PipelineStoppedException());
        return false;
    }

    private void Answer(IRequest request)
    {
        if (refusal is not null)
        {
            unsettled.Clear();
            request.Refuse(new PipelineStoppedException());
            return;
        }

        try
        {
            request.Perform(engine);
        }
        catch (Exception ended)
        {
            // Kept and thrown again once the body has ended. Nothing is swallowed: after this the engine is not spoken to.
            refusal = ExceptionDispatchInfo.Capture(ended);
            request.Refuse(ended);
            // Not Cancel: what waits on the token must not run on this thread.
            _ = stop.CancelAsync();
        }
    }

    private void Add(IRequest request)
    {
        if (!requests.TryAddQuietly(request)) throw new PipelineStoppedException();
    }

    internal interface IRequest
    {
        void Perform(ICommandEngine engine);

        void Refuse(Exception reason);
    }

    private sealed class Request<T>(Func<ICommandEngine, T> question) : IRequest
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Answer => answer.Task;

        public void Perform(ICommandEngine engine) => answer.SetResult(question(engine));

        public void Refuse(Exception reason) => answer.SetException(reason);
    }

    private sealed class Message(Action<ICommandEngine> message) : IRequest
    {
        public void Perform(ICommandEngine engine) => message(engine);

        public void Refuse(Exception reason)
        {
            // Nobody waits for a message.
        }
    }
}

internal static class RequestQueue
{
    /// <summary>False once nothing more is taken.</summary>
    public static bool TryAddQuietly<T>(this BlockingCollection<T> queue, T item)
    {
        try
        {
            return queue.TryAdd(item);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
