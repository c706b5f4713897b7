using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Helm.Actions;
using RollbackTools.Practice.Helm.Charts;

namespace RollbackTools.Practice.Helm;

/// <summary>
/// The helm of the other person: installs, upgrades and rolls back over the API's wires as Helm 3.21 and 4.2 do, writes the records they
/// write, and leaves behind what they leave when something goes wrong. Shares no code with the integrations. What helm would print
/// behind <c>Error: </c> is thrown as <see cref="HelmException"/>.
/// </summary>
public sealed class PracticeHelm : IDisposable
{
    private readonly ClusterClient cluster;
    private readonly HelmSession session;

    private PracticeHelm(ClusterClient cluster, string ns, HelmOptions options, IHelmPatience patience, TimeProvider time)
    {
        this.cluster = cluster;
        session = new HelmSession(cluster, ns, patience, time);
        (Options, History) = (options, new ReleaseWreckage(cluster, ns, options.Driver));
    }

    /// <summary>What holds for every command that is not told otherwise.</summary>
    public HelmOptions Options { get; }

    /// <summary>The records themselves, for histories that no helm should leave and some did.</summary>
    public ReleaseWreckage History { get; }

    /// <summary>helm with this kubeconfig, one that a practice estate wrote. Throws <see cref="FormatException"/> for another.</summary>
    /// <param name="kubeconfig">Its path.</param>
    /// <param name="ns">The namespace of the releases.</param>
    /// <param name="options">What holds for every command.</param>
    /// <param name="time">The time that is written down.</param>
    /// <param name="patience">How to wait; in real time unless told otherwise.</param>
    public static PracticeHelm Open(
        string kubeconfig, string ns, HelmOptions? options = null, TimeProvider? time = null, IHelmPatience? patience = null)
    {
        options ??= new HelmOptions();
        var cluster = ClusterClient.Open(kubeconfig, userAgent: options.Version == HelmVersion.Helm3 ? "Helm/3.21.4" : "Helm/4.2.4");
        return new PracticeHelm(cluster, ns, options, patience ?? new PollingPatience(TimeProvider.System), time ?? TimeProvider.System);
    }

    /// <summary><c>helm install</c>. Returns the revision.</summary>
    public Task<int> InstallAsync(
        string name, HelmChart chart, JsonObject? values, CancellationToken cancellation, HelmOptions? options = null) =>
        InstallAction.RunAsync(session, options ?? Options, name, chart, values ?? [], cancellation);

    /// <summary>
    /// <c>helm upgrade</c>. Returns the new revision. Without <paramref name="values"/> those given before are used again. Refused while
    /// another operation is in progress.
    /// </summary>
    public Task<int> UpgradeAsync(
        string name, HelmChart chart, JsonObject? values, CancellationToken cancellation, HelmOptions? options = null) =>
        UpgradeAction.RunAsync(session, options ?? Options, name, chart, values, cancellation);

    /// <summary><c>helm rollback</c>, without <paramref name="to"/> one back. Returns the new revision.</summary>
    public Task<int> RollbackAsync(string name, int? to, CancellationToken cancellation, HelmOptions? options = null) =>
        RollbackAction.RunAsync(session, options ?? Options, name, to, cancellation);

    public void Dispose() => cluster.Dispose();
}
