using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Tests.Practice.Kubernetes.Recorded;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>A practice cluster as a stage. Its own if it started it; the caller's if it was handed one.</summary>
internal sealed class PracticeStage(PracticeCluster cluster) : IStage
{
    private readonly PracticeCluster cluster = cluster.OnlyRecorded();
    private int namespaces;

    public PracticeCluster Practice => cluster;

    public string Kubeconfig => cluster.Kubeconfig;

    public string LastWords { get; } = new ImageBehaviour.CrashLoop().Panic;

    public FaultPlan Faults => cluster.Server.Faults;

    public RequestLog Requests => cluster.Server.Requests;

    public static async Task<IStage> StartAsync(Estate estate) =>
        new PracticeStage(await PracticeCluster.StartAsync(
            new PracticeClusterOptions { Traffic = false, Estate = estate }, CancellationToken.None));

    public bool Serves(ResourceType type) => cluster.Catalog.FindKind(type.ApiVersion, type.Kind) is not null;

    public string OpenNamespace(string? name = null)
    {
        name ??= $"e2e-{Interlocked.Increment(ref namespaces)}";
        cluster.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {name} }} }}");
        return name;
    }

    public async ValueTask CloseNamespaceAsync(string ns)
    {
        cluster.Store.Delete(Resources.Namespaces, null, ns);
        await cluster.SettleAsync(CancellationToken.None);
        Assert.Empty(cluster.Faults.Select(fault => $"{fault.Controller} {fault.Key}: {fault.Error}"));
        var unrecorded = cluster.Unrecorded(ns);
        Assert.True(unrecorded.Length == 0, unrecorded);
    }

    public void Apply(IReadOnlyList<JsonObject> manifests)
    {
        foreach (var manifest in manifests) cluster.Operator.Apply(manifest.ToJsonString());
    }

    public JsonObject? Find(ResourceType type, string? ns, string name) => cluster.Store.Find(type, ns, name)?.Read;

    public IReadOnlyList<StoredObject> List(ResourceType type, string ns) => cluster.Store.List(type, ns).Items;

    public void Change(ResourceType type, string? ns, string name, Action<JsonObject> change) =>
        cluster.Operator.Change(type, ns, name, change);

    public void Rewrite(ResourceType type, string? ns, string name, Action<JsonObject> change) => cluster.Store.Update(type, ns, name, body =>
    {
        var before = body.ToJsonString();
        change(body);
        return body.ToJsonString() != before;
    });

    public void Delete(ResourceType type, string? ns, string name) => cluster.Store.Delete(type, ns, name);

    public void Age(IReadOnlyList<StoredObject> objects, TimeSpan by)
    {
        foreach (var item in objects)
        {
            Rewrite(item.Type, item.Namespace, item.Name, body =>
            {
                var metadata = body["metadata"]!.AsObject();
                Earlier(metadata, "creationTimestamp", by);
                foreach (var entry in metadata["managedFields"]?.AsArray() ?? []) Earlier(entry!.AsObject(), "time", by);
            });
        }
    }

    public IDisposable Review(string ns, string name, Func<AdmissionRequest, string?> refuse) =>
        cluster.Server.Admission.Add(name, request => request.Namespace == ns ? refuse(request) : null);

    public IDisposable Mutate(string ns, Action<AdmissionRequest> change) =>
        cluster.Server.Admission.AddMutating(request =>
        {
            if (request.Namespace == ns) change(request);
        });

    public Task WaitUntilAsync(Func<bool> so, TimeSpan timeout, CancellationToken cancellation) =>
        cluster.WaitUntilAsync(so, timeout, cancellation);

    public async Task<IReadOnlyList<string>> EverythingAsync(string ns, CancellationToken cancellation)
    {
        await cluster.SettleAsync(cancellation);
        return [.. Resources.BuiltIn.Where(kind => kind.Namespaced).SelectMany(kind => List(kind, ns))
            .Select(item => $"{item.Type} {item.Name} {item.Version}")];
    }

    public async ValueTask DisposeAsync()
    {
        var unrecorded = cluster.Unrecorded();
        await cluster.DisposeAsync();
        Assert.True(unrecorded.Length == 0, unrecorded);
    }

    private static void Earlier(JsonObject where, string field, TimeSpan by)
    {
        if ((string?)where[field] is { } time)
            where[field] = ObjectStore.Timestamp(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - by);
    }
}
