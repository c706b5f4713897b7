using RollbackTools.Operations;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Runs;

public sealed class RunStoreTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rollbacktools-runs-").FullName;
    private readonly RunStore store;

    public RunStoreTests() => store = new RunStore(directory, TimeProvider.System, Catalogue.Journal);

    private static RunTarget Target => new() { Namespace = "prod", Kind = "Deployment", Name = "api", From = "a:41", To = "a:40" };

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_run_reads_back_as_it_was_written()
    {
        var id = await WriteAsync(end: RunState.Succeeded);

        var run = store.Read(id);

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal("INC-7", run.Reason);
        Assert.Equal(RollbackOutcome.RolledBack, Assert.Single(run.Targets).Outcome);
        Assert.Contains(run.Steps, step => step.Event == "Intent" && step.Step.StartsWith("PATCH apps/v1 deployments/api -n prod: image a:41 → a:40", StringComparison.Ordinal));
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_named_with_the_way_out()
    {
        var file = Path.Combine(directory, "taken");
        File.WriteAllText(file, "");
        RunStore nowhere = new(Path.Combine(file, "runs"), TimeProvider.System, Catalogue.Journal);

        var refusal = Assert.Throws<RollbackException>(() => nowhere.Open("20260101-000000-abcd"));

        Assert.Equal(("StateNotWritable", nowhere.Directory), (refusal.ErrorId, refusal.Target));
        Assert.StartsWith($"Nothing was changed, because the run's record cannot be written to {nowhere.Directory}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("$env:ROLLBACKTOOLS_STATE", refusal.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_run_of_a_target_is_unfinished_only_while_nothing_came_after_it()
    {
        await WriteAsync(end: null);
        Assert.NotNull(store.Unfinished("", Target));
        Assert.Null(store.Unfinished("other", Target));
        Assert.Null(store.Unfinished("", Target with { Name = "web" }));

        await WriteAsync(end: RunState.Succeeded, id: "99991231-000000-abcd");

        Assert.Null(store.Unfinished("", Target));
    }

    [Fact]
    public async Task A_journal_without_an_end_is_interrupted_and_says_how_to_go_on()
    {
        var run = store.Read(await WriteAsync(end: null));

        Assert.Equal(RunState.Interrupted, run.State);
        Assert.Equal($"Resume-RollbackRun {run.RunId}", run.NextStep);
    }

    [Fact]
    public async Task A_run_somebody_works_on_is_running_and_cannot_be_opened_twice()
    {
        var id = store.NewId();
        await using var journal = store.Open(id);
        await journal.AppendAsync(new RunLine { Event = RunEvent.Started, Run = new RunHeader { RunId = id } });

        Assert.Equal(RunState.Running, store.Read(id).State);
        Assert.Equal("RunInUse", Assert.Throws<RollbackException>(() => store.Open(id)).ErrorId);
    }

    [Fact]
    public async Task A_journal_that_a_newer_version_wrote_hides_no_other_run()
    {
        var id = await WriteAsync(end: RunState.Succeeded);
        await File.WriteAllTextAsync(
            Path.Combine(directory, "20300101-000000-beef.jsonl"),
            """{"event":"Started","run":{"runId":"20300101-000000-beef","request":{"$type":"FromTheFuture"}}}""" + "\n",
            TestContext.Current.CancellationToken);
        List<RollbackException> unreadable = [];

        var run = Assert.Single(store.List(unreadable.Add));

        Assert.Equal(id, run.RunId);
        Assert.Equal(("RunUnreadable", "20300101-000000-beef"), (Assert.Single(unreadable).ErrorId, unreadable[0].Target));
        Assert.Throws<RollbackException>(() => store.Read("2030"));
    }

    [Fact]
    public async Task A_line_cut_short_by_a_kill_is_dropped_and_written_over()
    {
        var id = await WriteAsync(end: null);
        var path = Path.Combine(directory, id + ".jsonl");
        var whole = File.ReadAllLines(path).Length;
        File.AppendAllText(path, "{\"event\":\"Don");

        Assert.Equal(RunState.Interrupted, store.Read(id).State);
        await using (var journal = store.Open(id)) await journal.AppendAsync(new RunLine { Event = RunEvent.Ended, State = RunState.Failed });

        Assert.Equal(whole + 1, File.ReadAllLines(path).Length);
        Assert.Equal(RunState.Failed, store.Read(id).State);
    }

    [Fact]
    public async Task A_journal_is_readable_by_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        var id = await WriteAsync(end: RunState.Succeeded);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, id + ".jsonl")));
    }

    [Fact]
    public async Task The_beginning_of_an_id_is_enough_unless_several_begin_so()
    {
        var id = await WriteAsync(end: RunState.Succeeded);
        var prefix = id[..^2];

        Assert.Equal(id, store.Read(prefix).RunId);
        Assert.Equal("RunNotFound", Assert.Throws<RollbackException>(() => store.Read("zzz")).ErrorId);
        File.Copy(Path.Combine(directory, id + ".jsonl"), Path.Combine(directory, prefix + "zz.jsonl"));
        Assert.Equal("AmbiguousRun", Assert.Throws<RollbackException>(() => store.Read(prefix)).ErrorId);
    }

    [Fact]
    public async Task Lines_written_at_once_are_all_there_whole()
    {
        var id = store.NewId();
        await using (var journal = store.Open(id))
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => journal.AppendAsync(new RunLine { Event = RunEvent.Done, Detail = $"{i}" }))));

        Assert.Equal(200, store.Lines(id).Select(line => line.Detail).Distinct().Count());
    }

    private async Task<string> WriteAsync(RunState? end, string? id = null)
    {
        id ??= store.NewId();
        RestoreTemplate step = new()
        {
            Kind = WorkloadKind.Deployment,
            Namespace = "prod",
            Name = "api",
            From = new TemplateIdentity { Hash = "1", Images = [new ContainerImage { Container = "api", Image = "a:41" }] },
            To = new TemplateIdentity { Hash = "2", Images = [new ContainerImage { Container = "api", Image = "a:40" }] },
        };
        await using var journal = store.Open(id);
        await journal.AppendAsync(new RunLine { Event = RunEvent.Started, Run = new RunHeader { RunId = id, Operation = "ImageRollback", Reason = "INC-7" } });
        await journal.AppendAsync(new RunLine { Event = RunEvent.Planned, Plan = [new PlannedTarget(Target, [step])] });
        await journal.AppendAsync(new RunLine { Event = RunEvent.Intent, Target = Target, Step = step, Inverse = step.Invert() });
        if (end is null) return id;
        await journal.AppendAsync(new RunLine { Event = RunEvent.Outcome, Target = Target with { Outcome = RollbackOutcome.RolledBack } });
        await journal.AppendAsync(new RunLine { Event = RunEvent.Ended, State = end });
        return id;
    }
}
