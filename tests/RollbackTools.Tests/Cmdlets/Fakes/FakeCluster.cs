using System.Runtime.CompilerServices;
using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Cmdlets.Fakes;

/// <summary>A cluster that can only be read: any write is a failed test.</summary>
internal sealed class FakeCluster(ClusterInfo info) : ICluster
{
    private readonly List<IKubernetesObject> objects = [];

    public ClusterInfo Info => info;

    public List<string> Requests { get; } = [];

    /// <summary>Awaited before each answer; throws what the server would say.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>A deployment with one replica set per image, oldest first; the last one is current and, unless broken, available.</summary>
    public FakeCluster Deployment(string name, string ns, bool broken, params string[] images)
    {
        if (!objects.OfType<NamespaceObject>().Any(item => item.Metadata.Name == ns)) objects.Add(new NamespaceObject { Metadata = new ObjectMeta { Name = ns } });
        Dictionary<string, string> labels = new() { ["app"] = name };
        var uid = $"uid-{ns}-{name}";
        for (var i = 0; i < images.Length; i++)
        {
            var current = i == images.Length - 1;
            objects.Add(new ReplicaSet
            {
                Metadata = new ObjectMeta
                {
                    Name = $"{name}-{i + 1}",
                    Namespace = ns,
                    Uid = $"{uid}-{i + 1}",
                    Labels = labels,
                    CreationTimestamp = DateTimeOffset.UnixEpoch.AddYears(56).AddDays(i),
                    Annotations = new Dictionary<string, string> { ["deployment.kubernetes.io/revision"] = $"{i + 1}" },
                    OwnerReferences = [new OwnerReference { Kind = "Deployment", Name = name, Uid = uid, Controller = true }],
                },
                Spec = new ReplicaSetSpec { Replicas = current ? 1 : 0, Template = Template(name, images[i]) },
                Status = new ReplicaSetStatus { Replicas = current ? 1 : 0, ReadyReplicas = current && !broken ? 1 : 0, AvailableReplicas = current && !broken ? 1 : 0 },
            });
        }

        objects.Add(new Workload
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = ns,
                Uid = uid,
                Labels = labels,
                Annotations = new Dictionary<string, string> { ["deployment.kubernetes.io/revision"] = $"{images.Length}" },
                CreationTimestamp = DateTimeOffset.UnixEpoch.AddYears(56),
            },
            Spec = new WorkloadSpec { Replicas = 1, Selector = new LabelSelector { MatchLabels = labels }, Template = Template(name, images[^1]) },
            Status = new WorkloadStatus { Replicas = 1, UpdatedReplicas = 1, ReadyReplicas = broken ? 0 : 1, AvailableReplicas = broken ? 0 : 1 },
        });
        return this;
    }

    /// <summary>Adds an object, or puts it in the place of the one of its kind and name.</summary>
    public void Put(IKubernetesObject item)
    {
        objects.RemoveAll(other => other.GetType() == item.GetType() && other.Metadata.Name == item.Metadata.Name);
        objects.Add(item);
    }

    public async Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
        where T : class, IKubernetesObject
    {
        await AskAsync($"GET {resource} {name} -n {ns}", cancellation);
        return All(resource, ns).FirstOrDefault(item => item.Metadata.Name == name)
            ?? throw new EstateException(EstateErrorKind.NotFound, $"{resource} \"{name}\" not found");
    }

    public async Task<ResourceList<T>> ListAsync<T>(Resource<T> resource, string? ns, ListFilter filter, CancellationToken cancellation)
        where T : class, IKubernetesObject
    {
        await AskAsync($"LIST {resource} -n {ns}", cancellation);
        var wanted = filter.LabelSelector?.Split(',').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]) ?? [];
        return new ResourceList<T>
        {
            Metadata = new ListMeta { ResourceVersion = "1" },
            Items = [.. All(resource, ns).Where(item => wanted.All(pair => item.Metadata.Labels.GetValueOrDefault(pair.Key) == pair.Value))],
        };
    }

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        Resource<T> resource, string? ns, ListFilter filter, string? resourceVersion, CancellationToken cancellation)
        where T : class, IKubernetesObject => throw new NotSupportedException();

    public Task<T> CreateAsync<T>(Resource<T> resource, string? ns, T body, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject => throw Written($"CREATE {resource}");

    public Task<T> PatchAsync<T>(Resource<T> resource, string? ns, string name, Patch patch, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject => throw Written($"PATCH {resource} {name}");

    public Task DeleteAsync<T>(Resource<T> resource, string? ns, string name, DeleteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject => throw Written($"DELETE {resource} {name}");

    public async IAsyncEnumerable<string> ReadLogAsync(
        string ns, string pod, LogOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await AskAsync($"LOG {pod} -n {ns}", cancellation);
        yield break;
    }

    /// <summary>What it serves, by apiVersion and kind.</summary>
    public Func<string, string, ServedKind?> Kinds { get; set; } = (_, _) => throw new NotSupportedException();

    public Task<ServedKind?> FindKindAsync(string apiVersion, string kind, CancellationToken cancellation) => Task.FromResult(Kinds(apiVersion, kind));

    public Task<AccessDecision> CanIAsync(AccessQuery query, CancellationToken cancellation) => throw new NotSupportedException();

    private static JsonElement Template(string name, string image) => JsonSerializer.SerializeToElement(new
    {
        metadata = new { labels = new { app = name } },
        spec = new { containers = new[] { new { name, image } } },
    });

    // The three workload kinds share a type; everything here is a Deployment.
    private IEnumerable<T> All<T>(Resource<T> resource, string? ns)
        where T : class, IKubernetesObject =>
        resource.Plural is "statefulsets" or "daemonsets" or "rollouts" ? [] : objects.OfType<T>().Where(item => ns is null || item.Metadata.Namespace == ns);

    private async Task AskAsync(string request, CancellationToken cancellation)
    {
        lock (Requests) Requests.Add(request);
        await Before(request);
        cancellation.ThrowIfCancellationRequested();
    }

    private InvalidOperationException Written(string request)
    {
        lock (Requests) Requests.Add(request);
        return new InvalidOperationException($"This test must not write: {request}");
    }
}
