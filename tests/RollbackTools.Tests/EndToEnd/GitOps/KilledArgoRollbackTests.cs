using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Integrations;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// An Argo CD rollback in a process of its own, killed as by SIGKILL right after each line of its journal in turn. Resuming it ends in
/// the same place, with one sync and not two, and undoing that works too. Over the cluster, and over Argo CD's API alone.
/// </summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class KilledArgoRollbackTests : IDisposable
{
    // Started, Planned, then Intent and Done for pause, sync and mark, Outcome, Ended.
    private const int LeastLines = 9;
    private const int MostLines = 20;

    private readonly string home = Directory.CreateTempSubdirectory("rollback-killed-").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_after_any_line_of_its_journal_it_converges_when_resumed(bool overItsApi)
    {
        var kills = 0;
        while (await ConvergesAsync(kills + 1, overItsApi))
        {
            kills += Kills.Stride;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= LeastLines, $"only {kills} lines were written");
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private async Task<bool> ConvergesAsync(int line, bool overItsApi)
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var policy = production.Policy;
        using var api = overItsApi ? ApiPrompt(production) : null;

        var exitCode = overItsApi
            ? await MortalProcess.RunAsync($"Invoke-ArgoRollback shop {Server(production)}", production.Runs, null, line, ("HOME", home), ("ARGOCD_AUTH_TOKEN", Token(production)))
            : await MortalProcess.RunAsync("Invoke-ArgoRollback shop", production.Runs, production.Cluster.Kubeconfig, line);

        var run = Assert.Single(production.Runs.List());
        if (exitCode == 0)
        {
            Assert.Equal(RunState.Succeeded, run.State);
            return false;
        }

        if (run.State != RunState.Succeeded)
        {
            Assert.Equal(RunState.Interrupted, run.State);
            var resumed = await RunAsync(production, api, run.NextStep!);
            Assert.Null(resumed.Failure?.Message);
            Assert.Empty(resumed.Errors.Select(error => $"killed after line {line}: {error.ErrorId}: {error.Message}"));
        }

        Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        Assert.Equal("shop/api:1.0", production.Image);
        Assert.Equal(3, production.App["status"]!["history"]!.AsArray().Count);
        Assert.NotNull(production.Annotation(VersionMarks.BadAnnotation));
        Assert.Empty(production.Cluster.Store.List(RollbackTools.Practice.Kubernetes.Schema.Resources.Leases, "argocd").Items);

        var undone = await RunAsync(production, api, $"Undo-RollbackRun {run.RunId}");
        Assert.Empty(undone.Errors.Select(error => $"killed after line {line}: {error.ErrorId}: {error.Message}"));
        Assert.Equal(RollbackOutcome.Undone, Assert.Single(undone.Of<RollbackResult>()).Outcome);
        Assert.Equal(policy, production.Policy);
        Assert.Equal("shop/api:2.0-errors", production.Image);
        return true;
    }

    private static Task<CommandOutput> RunAsync(GitOpsProduction production, CmdletRunner? api, string line) =>
        api is null ? production.RunAsync(line) : GitOpsProduction.RunAsync(api, line);

    private CmdletRunner ApiPrompt(GitOpsProduction production)
    {
        File.WriteAllText(Path.Combine(home, "ca.pem"), production.Argo.Server.CaPem);
        HostEnvironment host = new() { Variable = name => name == "ARGOCD_AUTH_TOKEN" ? Token(production) : null, HomeDirectory = home };
        return new CmdletRunner(new CommandServices(() => new LiveEstateProvider(host), TimeProvider.System, () => production.Runs)) { CurrentDirectory = home };
    }

    private string Server(GitOpsProduction production) => $"-ArgoServer {production.Argo.Server.Url.Authority} -ArgoCaFile {Path.Combine(home, "ca.pem")}";

    private static string Token(GitOpsProduction production) => production.Argo.Server.Accounts.Admin.Token;
}
