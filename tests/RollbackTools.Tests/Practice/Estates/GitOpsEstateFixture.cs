using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Cli;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.Practice.Estates;

/// <summary>One estate that runs, and a prompt beside its rollback.yaml; nothing on a machine without git.</summary>
public abstract class GitOpsEstateFixture(string name) : IAsyncLifetime
{
    private readonly string runs = Directory.CreateTempSubdirectory("rollback-estate-").FullName;
    private PracticeCluster? cluster;
    private CmdletRunner? runner;

    public PracticeCluster Cluster => cluster!;

    public GitOpsEstate Estate => (GitOpsEstate)Cluster.Options.Estate;

    public DrillEstate About => EstateCatalogue.Describe(Cluster);

    public GitRepository Repository => Estate.Git.Host.Find(Estate.Repository)!;

    public async ValueTask InitializeAsync()
    {
        if (GitTool.Executable is null) return;
        cluster = await EstateCatalogue.StartAsync(name, seed: 1, port: 0, CancellationToken.None);
        runner = new CmdletRunner(new CommandServices(() => CommandServices.Live.Provider, TimeProvider.System, () => new RunStore(runs, TimeProvider.System, Catalogue.Journal)))
        {
            CurrentDirectory = Path.GetDirectoryName(About.EnvironmentFile)!,
        };
    }

    public async ValueTask DisposeAsync()
    {
        runner?.Dispose();
        if (cluster is not null) await cluster.DisposeAsync();
        Directory.Delete(runs, recursive: true);
    }

    /// <summary>An Application as it is.</summary>
    public JsonObject Application(string name) => Cluster.Store.Find(ArgoResources.Applications, "argocd", name)!.Read;

    /// <summary>Types a line that complains of nothing.</summary>
    public IReadOnlyList<T> Run<T>(string line)
    {
        var output = runner!.Run(line);
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        return output.Of<T>();
    }

    /// <summary>Every image that production's overlay has at a commit.</summary>
    public async Task<IReadOnlyList<string>> ImagesInGitAsync(string commit, CancellationToken cancellation)
    {
        JsonObject source = new() { ["repoURL"] = Repository.HttpUrl.AbsoluteUri, ["path"] = Estate.Overlay };
        var rendered = await new PracticeRepoServer(() => Estate.Git.Host)
            .RenderAsync(new SourceRequest(Estate.Application, "argocd", source, commit), cancellation);
        return [.. rendered.SelectMany(item => item["spec"]?["template"]?["spec"]?["containers"]?.AsArray() ?? [])
            .Select(container => (string)container!["image"]!).Distinct().Order(StringComparer.Ordinal)];
    }

    public async Task<string> KubectlAsync(params string[] arguments)
    {
        Kubectl.Need();
        using var process = Process.Start(new ProcessStartInfo(Kubectl.Path!, ["--kubeconfig", Cluster.Kubeconfig, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
