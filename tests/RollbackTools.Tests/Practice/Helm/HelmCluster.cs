using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>A practice cluster for releases. One for all tests of a class; each takes a namespace.</summary>
public sealed class HelmCluster : IAsyncLifetime
{
    private int spaces;

    public PracticeCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PracticeCluster.StartAsync(
        new PracticeClusterOptions { Tempo = PracticeTempo.Drill, Traffic = false }, CancellationToken.None);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>A fresh namespace, and helm in it.</summary>
    internal HelmSpace Space(HelmOptions? options = null)
    {
        var ns = $"releases-{Interlocked.Increment(ref spaces)}";
        Cluster.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {ns} }} }}");
        return new HelmSpace(new PracticeStage(Cluster), ns, options ?? new HelmOptions());
    }
}

/// <summary>helm in one namespace, and what lies there.</summary>
internal sealed class HelmSpace(IStage stage, string ns, HelmOptions options) : IDisposable
{
    public PracticeCluster Cluster => stage.OnlyPractice("a catalogue of kinds at hand");

    public string Kubeconfig => stage.Kubeconfig;

    public string Namespace => ns;

    public PracticeHelm Helm { get; } = PracticeHelm.Open(stage.Kubeconfig, ns, options);

    /// <summary>helm in the namespace of an end-to-end test.</summary>
    public static HelmSpace In(Production production, HelmOptions? options = null) => new(production.Stage, production.Namespace, options ?? new HelmOptions());

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The object as it is stored; null when there is none.</summary>
    public JsonObject? Find(ResourceType type, string name) => stage.Find(type, type.Namespaced ? ns : null, name);

    /// <summary>Secrets that hold releases.</summary>
    public IReadOnlyList<JsonObject> Records() =>
        [.. stage.List(Resources.Secrets, ns).Select(item => item.Read).Where(item => (string?)item["type"] == "helm.sh/release.v1")];

    /// <summary>A change that nobody wrote down.</summary>
    public void Drift(ResourceType type, string name, Action<JsonObject> change) => stage.Change(type, ns, name, change);

    public async Task<string> StatusesAsync(string name)
    {
        StringBuilder text = new();
        foreach (var (revision, status) in await Helm.History.ListAsync(name, Stop)) text.Append($"{revision}:{status} ");
        return text.ToString().TrimEnd();
    }

    public void Dispose() => Helm.Dispose();
}
