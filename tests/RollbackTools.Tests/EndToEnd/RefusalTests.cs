using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>What cannot be done is said before anything is touched: what, why, and what to type next.</summary>
public sealed class RefusalTests(SharedCluster shared)
{
    [Theory]
    [InlineData("Invoke-ImageRollback api", "NoHistory")]
    [InlineData("Invoke-ImageRollback api -ToRevision 7", "RevisionNotFound")]
    [InlineData("Invoke-ImageRollback api -ToTag 'not a tag'", "InvalidImage")]
    [InlineData("Invoke-ImageRollback api -ToTag 0.9 -Container sidecar", "ContainerNotFound")]
    [InlineData("Invoke-ImageRollback nobody", "WorkloadNotFound")]
    [InlineData("Invoke-ImageRollback statefulset/api", "WorkloadNotFound")]
    [InlineData("Invoke-ImageRollback -Selector app=nobody", "NothingSelected")]
    [InlineData("Get-ImageHistory nobody", "WorkloadNotFound")]
    [InlineData("Resume-RollbackRun 2020", "RunNotFound")]
    public async Task It_names_the_cause_and_writes_nothing(string line, string errorId)
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var before = await production.EverythingAsync();

        var output = await production.RunAsync(line);

        var error = Assert.Single(output.Failure is { } failure ? [.. output.Errors, failure] : output.Errors);
        Assert.Equal(errorId, error.ErrorId);
        Assert.False(string.IsNullOrEmpty(error.RecommendedAction), "an error says what to type next");
        Assert.Equal(before, await production.EverythingAsync());
        Assert.Empty(production.Runs.List());
    }

    [Fact]
    public async Task A_paused_deployment_is_refused_and_resumed_only_on_request()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        production.Change("api", body => body["spec"]!["paused"] = true);

        var refused = await production.RunAsync("Invoke-ImageRollback api");
        Assert.Equal("Paused", Assert.Single(refused.Errors).ErrorId);
        Assert.Contains("-ResumePaused", refused.Errors[0].RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));

        var result = await production.RollBackAsync("Invoke-ImageRollback api -ResumePaused");
        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }

    [Theory]
    [InlineData("Get-ImageHistory")]
    [InlineData("Get-HelmRelease")]
    [InlineData("Invoke-ImageRollback -Selector app=api")]
    [InlineData("Suspend-Workload -Selector app=api")]
    public async Task A_namespace_that_does_not_exist_is_not_an_empty_one(string command)
    {
        await using var production = await shared.OpenAsync();

        var missing = await production.RunAsync($"{command} -Namespace {production.Namespace}-typo");
        Assert.Equal("NamespaceNotFound", Assert.Single(missing.Errors.Append(missing.Failure), error => error is not null)!.ErrorId);

        var empty = await production.RunAsync($"{command.Split(' ')[0]} {(command.Contains("-Selector", StringComparison.Ordinal) ? "-Selector app=api" : "")}");
        Assert.DoesNotContain(empty.Errors.Append(empty.Failure), error => error?.ErrorId == "NamespaceNotFound");
    }

    [Fact]
    public async Task Nothing_known_to_have_worked_is_no_place_to_go()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        production.Ship("api", "2.0");
        await production.CompleteAsync("api");

        var output = await production.RunAsync("Invoke-ImageRollback api");

        var error = Assert.Single(output.Errors);
        Assert.Equal("NoKnownGoodRevision", error.ErrorId);
        Assert.Contains("-ToRevision 1", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0", production.Image("api"));
    }

    [Fact]
    public async Task Where_every_earlier_revision_is_bad_none_of_them_is_suggested()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0", Resources.DaemonSets, more: "updateStrategy: { type: OnDelete },");
        production.Ship("api", "2.0-crash", Resources.DaemonSets);
        foreach (var pod in production.Pods("api")) production.Delete((string)pod["metadata"]!["name"]!, Resources.Pods);
        await production.UntilAsync(() => production.Pods("api").Any(pod =>
            (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));
        production.Ship("api", "1.0", Resources.DaemonSets);

        var error = Assert.Single((await production.RunAsync("Invoke-ImageRollback api")).Errors);

        Assert.Equal("NoKnownGoodRevision", error.ErrorId);
        Assert.DoesNotContain("-ToRevision", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_if_plans_in_the_wires_own_words_and_writes_nothing()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var before = await production.EverythingAsync();

        var output = await production.RunAsync("Invoke-ImageRollback api -WhatIf");

        var planned = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Planned, "shop/api:2.0-errors", "shop/api:1.0"), (planned.Outcome, planned.From, planned.To));
        Assert.Contains($"PATCH apps/v1 deployments/api -n {production.Namespace}: image shop/api:2.0-errors → shop/api:1.0", planned.Steps);
        Assert.Contains(planned.Steps[0], Assert.Single(output.WhatIfs), StringComparison.Ordinal);
        Assert.Equal(before, await production.EverythingAsync());
        Assert.Empty(production.Runs.List());
    }

    [Fact]
    public async Task One_of_several_that_cannot_does_not_stop_the_others()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        await production.CreateAsync("new", "1.0");

        var output = await production.RunAsync("'api','new','nobody' | Invoke-ImageRollback");

        Assert.Equal(["NoHistory", "WorkloadNotFound"], output.Errors.Select(error => error.ErrorId).Order());
        Assert.Equal("api", Assert.Single(output.Of<RollbackResult>(), result => result.Outcome == RollbackOutcome.RolledBack).Name);
    }

    [Theory]
    [InlineData("Invoke-ImageRollback api")]
    [InlineData("Invoke-ImageRollback -Selector app=api")]
    [InlineData("Invoke-ImageRollback api -ToTag 0.9")]
    [InlineData("Restart-Workload api")]
    [InlineData("Suspend-Workload api")]
    public async Task What_is_being_deleted_is_left_alone_and_what_holds_it_is_named(string line)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        production.Change("api", body => body["metadata"]!["finalizers"] = new System.Text.Json.Nodes.JsonArray("example.com/hold"));
        await production.Client.DeleteAsync($"/apis/apps/v1/namespaces/{production.Namespace}/deployments/api", TestContext.Current.CancellationToken);
        await production.UntilAsync(() => production.Get("api")["metadata"]!["deletionTimestamp"] is not null);
        var before = await production.EverythingAsync();

        var output = await production.RunAsync($"{line} -Confirm:$false");

        var error = Assert.Single(output.Failure is { } failure ? [.. output.Errors, failure] : output.Errors);
        Assert.Equal("BeingDeleted", error.ErrorId);
        Assert.Contains("and waits for its finalizers: example.com/hold", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await production.EverythingAsync());
        production.Change("api", body => body["metadata"]!.AsObject().Remove("finalizers"));
    }
}
