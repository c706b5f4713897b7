using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class PipelinePumpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeEngine engine = new();
    private readonly CancellationTokenSource stop = new();

    public void Dispose() => stop.Dispose();

    [Fact]
    public void What_the_body_says_reaches_the_engine_in_order()
    {
        Assert.Null(Run(async (pipeline, _) =>
        {
            pipeline.Verbose("1");
            await pipeline.WriteAsync("2");
            pipeline.Warning("3");
            await pipeline.WriteErrorAsync(Error("Four"));
            pipeline.Debug("5");
            pipeline.Information("6");
        }));

        Assert.Equal(["verbose 1", "object 2", "warning 3", "error Four", "debug 5", "information 6"], engine.Said);
    }

    [Fact]
    public void The_engine_is_only_spoken_to_on_the_pipelines_own_thread_and_the_body_never_runs_there()
    {
        var bodyThreads = new HashSet<int>();
        Assert.Null(Run(async (pipeline, _) =>
        {
            for (var i = 0; i < 50; i++)
            {
                bodyThreads.Add(Environment.CurrentManagedThreadId);
                await pipeline.WriteAsync(i);
                await pipeline.DecideAsync(new Proposal("t", "a", []), CancellationToken.None);
            }
        }));

        Assert.Equal([Environment.CurrentManagedThreadId], engine.Threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, bodyThreads);
    }

    [Fact]
    public void What_is_kept_for_a_stop_is_said_after_it_and_only_then()
    {
        Assert.Null(Run((pipeline, _) =>
        {
            pipeline.IfStopped("a", "not now");
            return Task.CompletedTask;
        }));
        Assert.Empty(engine.Said);

        Run((pipeline, _) =>
        {
            pipeline.IfStopped("a", "not this");
            pipeline.IfStopped("b", "nor this");
            pipeline.IfStopped("a", "this");
            pipeline.IfStopped("b", null);
            return stop.CancelAsync();
        });
        Assert.Equal(["after stop this"], engine.Said);
    }

    [Fact]
    public void Output_from_many_tasks_arrives_whole()
    {
        Assert.Null(Run((pipeline, _) => Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await Task.Yield();
            await pipeline.WriteAsync(i);
        }))));

        Assert.Equal(200, engine.Said.Distinct().Count());
    }

    [Theory]
    [InlineData(Decision.GoAhead)]
    [InlineData(Decision.WhatIf)]
    [InlineData(Decision.Declined)]
    public void The_engines_decision_is_the_answer(Decision decision)
    {
        engine.Decision = decision;
        Decision? heard = null;

        Run(async (pipeline, token) => heard = await pipeline.DecideAsync(new Proposal("deployment/api in prod", "Roll back image", ["PATCH x"]), token));

        Assert.Equal(decision, heard);
        Assert.Equal(["ask deployment/api in prod: Roll back image: PATCH x"], engine.Said);
    }

    [Fact]
    public void What_the_body_throws_comes_back_to_be_mapped()
    {
        var failure = Run((_, _) => throw new RollbackException("LockHeld", "held"));

        Assert.Equal("LockHeld", Assert.IsType<RollbackException>(failure).ErrorId);
    }

    [Fact]
    public void A_stop_cancels_the_body_and_its_finally_still_runs_and_is_waited_for()
    {
        var finished = false;
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = begun.Task.ContinueWith(_ => stop.Cancel(), TaskScheduler.Default);

        var failure = Run(async (_, token) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Patience, token);
            }
            finally
            {
                await Task.Yield(); // The journal's last line, the lease's release.
                finished = true;
            }
        });

        Assert.IsAssignableFrom<OperationCanceledException>(failure);
        Assert.True(finished);
    }

    [Fact]
    public void A_body_that_does_not_end_after_a_stop_is_left_behind()
    {
        TaskCompletionSource forever = new();
        stop.CancelAfter(TimeSpan.FromMilliseconds(20));

        Assert.Throws<PipelineStoppedException>(() => PipelinePump.Run(engine, stop, (_, _) => forever.Task, TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public void After_a_stop_the_body_does_not_begin()
    {
        stop.Cancel();
        var begun = false;

        Assert.Throws<PipelineStoppedException>(() => Run((_, _) =>
        {
            begun = true;
            return Task.CompletedTask;
        }));
        Assert.False(begun);
    }

    [Fact]
    public void A_stopping_engine_ends_the_body_and_its_own_exception_comes_out()
    {
        // What Select-Object -First does: the write throws, nobody calls StopProcessing.
        PipelineStoppedException enough = new();
        engine.On = said => { if (said == "object 1") throw enough; };
        var cancelled = false;
        var wrote = 0;

        var thrown = Assert.Throws<PipelineStoppedException>(() => Run(async (pipeline, token) =>
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await pipeline.WriteAsync(i);
                    wrote++;
                }
            }
            finally
            {
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => cancelled = token.IsCancellationRequested, TaskScheduler.Default);
            }
        }));

        Assert.Same(enough, thrown);
        Assert.True(cancelled);
        Assert.Equal(1, wrote);
    }

    [Fact]
    public void Once_the_engine_has_refused_it_is_not_spoken_to_again()
    {
        engine.On = said => { if (said == "warning stop here") throw new InvalidOperationException("-WarningAction Stop"); };
        Exception? second = null;

        var thrown = Assert.Throws<InvalidOperationException>(() => Run(async (pipeline, token) =>
        {
            pipeline.Warning("stop here");
            second = await Record.ExceptionAsync(() => pipeline.WriteAsync("more"));
        }));

        Assert.Equal("-WarningAction Stop", thrown.Message);
        Assert.IsType<PipelineStoppedException>(second);
        Assert.Equal(["warning stop here"], engine.Said);
    }

    [Fact]
    public void A_body_that_swallows_the_stop_does_not_hide_it()
    {
        engine.On = _ => throw new PipelineStoppedException();

        Assert.Throws<PipelineStoppedException>(() => Run(async (pipeline, _) => await Record.ExceptionAsync(() => pipeline.WriteAsync(1))));
    }

    [Fact]
    public void A_terminating_error_can_be_asked_for_and_ends_the_body()
    {
        var went = false;

        Assert.Throws<PipelineStoppedException>(() => Run(async (pipeline, _) =>
        {
            await pipeline.ThrowTerminatingErrorAsync(Error("Fatal"));
            went = true;
        }));

        Assert.Equal(["terminating Fatal"], engine.Said);
        Assert.False(went);
    }

    [Fact]
    public void Whoever_speaks_after_the_end_is_told_so()
    {
        CommandPipeline? kept = null;
        Run((pipeline, _) =>
        {
            kept = pipeline;
            return Task.CompletedTask;
        });

        Assert.Throws<PipelineStoppedException>(() => { _ = kept!.WriteAsync("late"); });
        Assert.Throws<PipelineStoppedException>(() => kept!.Warning("late"));
        Assert.Empty(engine.Said);
    }

    [Fact]
    public void Progress_nobody_has_seen_yet_is_replaced_by_newer()
    {
        using ManualResetEventSlim go = new();
        engine.On = said => { if (said == "verbose wait") go.Wait(Patience); };

        Run((pipeline, _) =>
        {
            pipeline.Verbose("wait");
            for (var i = 0; i <= 100; i++) pipeline.Progress(new ProgressReport(1, "Rolling back", $"{i}", i));
            go.Set();
            return Task.CompletedTask;
        });

        Assert.Equal(["verbose wait", "progress 100"], engine.Said.Take(2));
    }

    [Fact]
    public void The_last_progress_before_a_quiet_spell_is_shown_once_more()
    {
        using ManualResetEventSlim repeated = new();
        engine.On = _ => { if (engine.Said.Count(said => said == "progress 2 of 3 ready") == 2) repeated.Set(); };

        Run((pipeline, _) =>
        {
            pipeline.Progress(new ProgressReport(1, "Rolling back", "2 of 3 ready", 60));
            Assert.True(repeated.Wait(Patience));
            return Task.CompletedTask;
        });

        Assert.Equal("progress 2 of 3 ready", engine.Said[1]);
    }

    [Fact]
    public void A_body_that_fails_leaves_no_progress_bar_behind()
    {
        List<bool> completed = [];
        engine.OnProgress = report => completed.Add(report.Completed);

        Run((pipeline, _) =>
        {
            pipeline.Progress(new ProgressReport(1, "Rolling back", "half-way", 50));
            throw new RollbackException("Broken", "no");
        });

        Assert.Equal([false, true], completed);
    }

    private static CommandError Error(string id) => new() { ErrorId = id, Exception = new InvalidOperationException(id) };

    private Exception? Run(Func<CommandPipeline, CancellationToken, Task> body) => PipelinePump.Run(engine, stop, body);
}
