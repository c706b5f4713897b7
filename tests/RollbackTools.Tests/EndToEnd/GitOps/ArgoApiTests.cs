using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Integrations;
using RollbackTools.Integrations.ArgoCd;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>The same over Argo CD's API server: no kubeconfig, a token from the environment, TLS by an authority of its own.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ArgoApiTests : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rollback-argoapi-").FullName;
    private GitOpsProduction production = null!;
    private CmdletRunner prompt = null!;
    private string server = "";

    [Fact]
    public async Task A_rollback_and_its_undo_need_no_cluster_at_all()
    {
        await OpenAsync();
        await production.BrokenAsync();
        var policy = production.Policy;

        var result = Good(await RunAsync("Invoke-ArgoRollback shop -Reason INC-3"));

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);
        Assert.NotNull(production.Annotation(VersionMarks.BadAnnotation));
        Assert.Empty(production.Cluster.Server.Requests.Snapshot());
        Assert.DoesNotContain(production.Argo.Server.Accounts.Admin.Token, File.ReadAllText(new RunStore(Path.Combine(directory, "runs"), TimeProvider.System, Catalogue.Journal).Read(result.RunId).Path), StringComparison.Ordinal);

        var undone = Good(await GitOpsProduction.RunAsync(prompt, $"Undo-RollbackRun {result.RunId}"));
        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal(policy, production.Policy);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")] // The sync itself waits for its wave.
    public async Task Where_no_pod_is_seen_it_says_how_one_that_is_stuck_is_replaced(string wave)
    {
        await OpenAsync();
        await StuckPodTests.BreakAsync(production, wave, "{ automated: { prune: true, selfHeal: true } }");

        var output = await RunAsync("Invoke-ArgoRollback shop -Preempt -Timeout 8s");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal("Timeout", result.ErrorId);
        Assert.Contains("argocd app delete-resource shop --kind Pod --namespace prod --resource-name queue-<number>", result.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_has_commits_there()
    {
        await OpenAsync();
        await production.BrokenAsync();

        var entries = (await RunAsync("Get-ArgoHistory shop")).OrThrow().Of<ArgoHistoryEntry>().ToList();

        Assert.Equal(["commit 02", "commit 01"], entries.Select(entry => entry.Subject));
        Assert.Equal("Ada <ada@example.com>", entries[0].Author);
    }

    [Fact]
    public async Task Overrides_of_the_past_come_back_by_Argo_CDs_own_rollback_and_without_hooks()
    {
        await OpenAsync();
        production.Git.Commit("shop", ArgoPractice.Deployment("IMAGE"));
        production.Cluster.Operator.Apply(ArgoPractice.Application().Replace("path: shop,", "path: shop, kustomize: { images: [\"shop/api:1.0\"] },", StringComparison.Ordinal));
        Good(await RunAsync("Invoke-ArgoSync shop"));
        production.Age(TimeSpan.FromDays(2));
        production.Change(body => body["spec"]!["source"]!["kustomize"]!["images"] = new JsonArray("shop/api:2.0-errors"));
        Good(await RunAsync("Invoke-ArgoSync shop"));
        Assert.Equal("shop/api:2.0-errors", production.Image);

        var result = Good(await RunAsync("Invoke-ArgoRollback shop"));

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Contains(result.Warnings, warning => warning.Contains("without hooks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_token_a_missing_one_and_a_forbidden_application_are_told_apart()
    {
        await OpenAsync(token: "not.a.token");
        await production.BrokenAsync(policy: "{}");
        Assert.Equal("Unauthenticated", Fault(await RunAsync("Get-ArgoApplication shop")).ErrorId);

        await Reopen("");
        var missing = Fault(await RunAsync("Get-ArgoApplication shop"));
        Assert.Equal("Unauthenticated", missing.ErrorId);
        Assert.Contains("argocd login", missing.RecommendedAction, StringComparison.Ordinal);

        await Reopen(production.Argo.Server.Accounts.Viewer.Token);
        Assert.Equal("Forbidden", Fault(await RunAsync("Invoke-ArgoRollback shop -Id 0")).ErrorId);
        var unknown = Fault(await RunAsync("Get-ArgoApplication nothing"));
        Assert.Equal("Forbidden", unknown.ErrorId);
        Assert.Contains("or there is no such application", unknown.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0-errors", production.Image);
    }

    [Fact]
    public async Task Who_may_only_sync_rolls_a_manual_application_back_and_is_told_that_it_is_not_marked()
    {
        await OpenAsync();
        await production.BrokenAsync(policy: "{}");
        await Reopen(production.Argo.Server.Accounts.Deployer.Token);

        var output = await RunAsync("Invoke-ArgoRollback shop");

        Assert.Equal(RollbackOutcome.RolledBack, Good(output).Outcome);
        Assert.Contains(output.Warnings, warning => warning.Contains("could not be marked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_of_somebody_else_is_not_trusted()
    {
        await OpenAsync();
        var output = await GitOpsProduction.RunAsync(prompt, $"Get-ArgoApplication shop -ArgoServer {production.Argo.Server.Url.Authority}");

        Assert.Equal("Untrusted", Fault(output).ErrorId);
        Assert.Contains("-ArgoCaFile", Fault(output).RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_meanwhile_is_seen_although_the_server_would_write_over_it()
    {
        await OpenAsync();
        await production.BrokenAsync();
        var result = Good(await RunAsync("Set-ArgoSyncPolicy shop -Policy None"));
        production.Change(body => body["spec"]!["syncPolicy"]!["automated"] = JsonNode.Parse("""{"prune":false,"enabled":false}"""));

        Assert.Equal("ChangedMeanwhile", Fault(await GitOpsProduction.RunAsync(prompt, $"Undo-RollbackRun {result.RunId}")).ErrorId);
        Assert.Equal("""{"prune":false,"enabled":false}""", production.Policy);
    }

    [Fact]
    public async Task An_annotation_that_somebody_added_meanwhile_is_not_written_over()
    {
        await OpenAsync();
        await production.BrokenAsync();
        HostEnvironment host = new() { Variable = variable => variable == "ARGOCD_AUTH_TOKEN" ? production.Argo.Server.Accounts.Admin.Token : null, HomeDirectory = directory };
        using ArgoApi api = new(new ArgoCdOptions { Server = production.Argo.Server.Url, CaFile = Path.Combine(directory, "ca.pem") }, TimeSpan.FromSeconds(20), host);
        ApplicationName name = new("argocd", "shop");
        var read = await api.GetAsync(name, ArgoRefresh.None, TestContext.Current.CancellationToken);
        production.Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["team/note"] = "theirs");

        var error = await Assert.ThrowsAsync<EstateException>(() => api.ChangeAsync(read, new ApplicationChange { Annotations = [new AnnotationChange("team/note", null, "ours")] },
            TestContext.Current.CancellationToken));

        Assert.Equal((EstateErrorKind.Conflict, "theirs"), (error.Kind, production.Annotation("team/note")));
    }

    [Fact]
    public async Task The_environment_file_says_all_of_it()
    {
        await OpenAsync();
        await production.BrokenAsync();
        File.WriteAllText(Path.Combine(directory, "rollback.yaml"), $$"""
            environments:
              prod:
                argocd: { server: "{{production.Argo.Server.Url.Authority}}", application: shop, caFile: ca.pem, tokenEnv: MY_TOKEN, project: default }
            """);
        prompt.Dispose();
        prompt = Prompt("MY_TOKEN", production.Argo.Server.Accounts.Admin.Token);

        var result = Good(await GitOpsProduction.RunAsync(prompt, "Invoke-ArgoRollback -Environment prod"));
        var missing = Fault(await GitOpsProduction.RunAsync(prompt, "Get-ArgoApplication nothing -Environment prod"));

        Assert.Equal(("shop", RollbackOutcome.RolledBack, "prod"), (result.Name, result.Outcome, result.Estate));
        Assert.Equal("ApplicationNotFound", missing.ErrorId);
    }

    public async ValueTask DisposeAsync()
    {
        prompt?.Dispose();
        if (production is not null) await production.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private async Task OpenAsync(string? token = null)
    {
        production = await GitOpsProduction.StartAsync();
        File.WriteAllText(Path.Combine(directory, "ca.pem"), production.Argo.Server.CaPem);
        server = $"-ArgoServer {production.Argo.Server.Url.Authority} -ArgoCaFile ca.pem";
        await Reopen(token ?? production.Argo.Server.Accounts.Admin.Token);
    }

    private Task Reopen(string token)
    {
        prompt?.Dispose();
        prompt = Prompt("ARGOCD_AUTH_TOKEN", token);
        return Task.CompletedTask;
    }

    private CmdletRunner Prompt(string variable, string token)
    {
        HostEnvironment host = new() { Variable = name => name == variable && token.Length > 0 ? token : null, HomeDirectory = directory };
        return new CmdletRunner(new CommandServices(() => new LiveEstateProvider(host), TimeProvider.System, () => new RunStore(Path.Combine(directory, "runs"), TimeProvider.System, Catalogue.Journal)))
        {
            CurrentDirectory = directory,
        };
    }

    private Task<CommandOutput> RunAsync(string line) => GitOpsProduction.RunAsync(prompt, $"{line} {server}");

    private static RollbackResult Good(CommandOutput output)
    {
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        return Assert.Single(output.Of<RollbackResult>());
    }

    private static CommandError Fault(CommandOutput output) => output.Failure ?? Assert.Single(output.Errors);
}
