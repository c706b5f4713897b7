using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.Practice.Kubernetes.Recorded;

namespace RollbackTools.Tests.Cmdlets.Live;

/// <summary>
/// tomoda on a practice API server, and a runner whose cmdlets reach it as they would a real one: kubeconfig, TLS, and the
/// integrations from the dependencies folder.
/// </summary>
public sealed class TomodaSession : IAsyncDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("rollbacktools-tests-");
    private readonly PracticeCluster cluster;

    private TomodaSession(PracticeCluster cluster)
    {
        this.cluster = cluster;
        Services = new CommandServices(
            () => CommandServices.Live.Provider,
            TimeProvider.System,
            () => new RunStore(state.FullName, TimeProvider.System, Catalogue.Journal) { Appended = lines => AtJournalLine(lines) });
        Runner = new CmdletRunner(Services) { CurrentDirectory = state.FullName };
    }

    public PracticeCluster Cluster => cluster;

    /// <summary>Told how many lines a journal has, as each is on disk.</summary>
    public Action<int> AtJournalLine { get; set; } = _ => { };

    public CmdletRunner Runner { get; }

    public CommandServices Services { get; }

    public string Kubeconfig => cluster.Kubeconfig;

    public string Folder => state.FullName;

    public static async Task<TomodaSession> StartAsync() =>
        new((await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new TomodaEstate() }, CancellationToken.None)).OnlyRecorded());

    /// <summary>Runs a line whose first command is told which kubeconfig to use.</summary>
    public CommandOutput Run(string line, CancellationToken stop = default)
    {
        var cut = line.IndexOf('|', StringComparison.Ordinal);
        var head = cut < 0 ? line : line[..cut].TrimEnd();
        return Runner.Run($"{head} -Kubeconfig '{Kubeconfig}'{(cut < 0 ? "" : " " + line[cut..])}", stop);
    }

    /// <summary>Ships an image as a pipeline does, and waits until the cluster has made of it what it will.</summary>
    public async Task ShipAsync(string deployment, string image)
    {
        cluster.Operator.Deploy(Resources.Deployments, "prod", deployment, image, "release");
        await cluster.SettleAsync(CancellationToken.None);
    }

    public string ImageOf(string deployment) =>
        cluster.Store.Find(Resources.Deployments, "prod", deployment)!.Copy()["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        Runner.Dispose();
        var unrecorded = cluster.Unrecorded();
        await cluster.DisposeAsync();
        state.Delete(recursive: true);
        Assert.True(unrecorded.Length == 0, unrecorded);
    }
}
