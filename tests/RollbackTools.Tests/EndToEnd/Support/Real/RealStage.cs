using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>
/// A real API server as a stage. The product, kubectl and helm come by a proxy, which makes faults and ages; the stage itself writes past it,
/// by <c>kubectl apply</c> and the API. Its namespaces are this run's own and gone at the end.
/// </summary>
internal sealed class RealStage : IStage
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Hundreds of namespaces go at once.
    private static readonly TimeSpan Emptying = TimeSpan.FromMinutes(10);
    private static readonly ResourceType[] Controlled = [Resources.Events, Resources.Endpoints, Resources.EndpointSlices];
    private static int namespaces;

    private readonly string directory = Directory.CreateTempSubdirectory("rollback-real-").FullName;
    private readonly ConcurrentDictionary<string, bool> open = new();
    private readonly RealServer server;
    private readonly ApiProxy proxy;

    private RealStage(RealServer server, ApiProxy proxy)
    {
        (this.server, this.proxy) = (server, proxy);
        Kubeconfig = Path.Combine(directory, "kubeconfig");
        File.WriteAllText(Kubeconfig, proxy.Kubeconfig());
    }

    public PracticeCluster? Practice => null;

    public string Kubeconfig { get; }

    /// <summary>What the stand-in kubelet logs.</summary>
    public string LastWords => "FATAL: configuration key DATABASE_URL missing";

    public FaultPlan Faults => proxy.Faults;

    public RequestLog Requests => proxy.Requests;

    public static async Task<IStage> StartAsync(string kubeconfig)
    {
        Assert.True(Kubectl.Path is not null, $"{Stages.Variable} needs kubectl on the PATH.");
        RealServer server = new(kubeconfig);
        return new RealStage(server, await ApiProxy.StartAsync(server));
    }

    public bool Serves(ResourceType type) => server.Send(HttpMethod.Get, RealServer.PathOf(type, null)) is not null;

    public string OpenNamespace(string? name = null)
    {
        var ns = $"fixture-{Run}-{Interlocked.Increment(ref namespaces)}";
        open[ns] = true;
        server.Send(HttpMethod.Post, "/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } });
        // Without its account no pod may start; without its config map the namespace is still being furnished.
        WaitUntil(() => Find(Resources.ServiceAccounts, ns, "default") is not null
            && Find(Resources.ConfigMaps, ns, "kube-root-ca.crt") is not null);
        return ns;
    }

    public ValueTask CloseNamespaceAsync(string ns)
    {
        server.Send(HttpMethod.Delete, $"/api/v1/namespaces/{ns}");
        return ValueTask.CompletedTask;
    }

    public void Apply(IReadOnlyList<JsonObject> manifests)
    {
        server.Kubectl.Run("apply -f -", string.Join("\n---\n", manifests.Select(manifest => manifest.ToJsonString())));
        foreach (var manifest in manifests)
        {
            // Until it is counted, a quota refuses everything.
            if ((string?)manifest["kind"] != "ResourceQuota") continue;
            var metadata = manifest["metadata"]!;
            WaitUntil(() => Find(Resources.ResourceQuotas, (string?)metadata["namespace"], (string)metadata["name"]!)?["status"]?["used"] is not null);
        }
    }

    public JsonObject? Find(ResourceType type, string? ns, string name) => server.Send(HttpMethod.Get, RealServer.PathOf(type, ns, name));

    public IReadOnlyList<StoredObject> List(ResourceType type, string ns)
    {
        var list = server.Send(HttpMethod.Get, RealServer.PathOf(type, ns));
        return [.. (list?["items"]?.AsArray() ?? []).Select(item => Stored(type, item!.AsObject()))];
    }

    public void Change(ResourceType type, string? ns, string name, Action<JsonObject> change)
    {
        var path = $"{RealServer.PathOf(type, ns, name)}?fieldManager=kubectl-edit";
        if (!Write(type, ns, name, change, (_, body) => server.Send(HttpMethod.Put, path, body)))
            throw new ArgumentException($"There is no {type} \"{name}\" in {ns}.", nameof(name));
    }

    public void Rewrite(ResourceType type, string? ns, string name, Action<JsonObject> change) => Write(type, ns, name, change, (before, body) =>
    {
        var path = RealServer.PathOf(type, ns, name);
        if (type == Resources.ControllerRevisions)
        {
            // Immutable: another takes its place.
            var metadata = body["metadata"]!.AsObject();
            var uid = (string)metadata["uid"]!;
            foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp", "managedFields"]) metadata.Remove(field);
            server.Send(HttpMethod.Delete, path);
            proxy.Ages.Inherit((string)server.Send(HttpMethod.Post, RealServer.PathOf(type, ns), body)!["metadata"]!["uid"]!, uid);
            return;
        }

        if (type.Subresources.Contains("status") && !JsonNode.DeepEquals(before["status"], body["status"]))
        {
            var written = server.Send(HttpMethod.Put, $"{path}/status", body)!;
            before["status"] = body["status"]?.DeepClone();
            foreach (var one in (JsonObject[])[before, body])
                one["metadata"]!["resourceVersion"] = written["metadata"]!["resourceVersion"]!.DeepClone();
        }

        if (!JsonNode.DeepEquals(before, body)) server.Send(HttpMethod.Put, path, body);
    });

    public void Delete(ResourceType type, string? ns, string name)
    {
        server.Send(HttpMethod.Delete, RealServer.PathOf(type, ns, name));
        WaitUntil(() => Find(type, ns, name) is null);
    }

    public void Age(IReadOnlyList<StoredObject> objects, TimeSpan by)
    {
        // What is written from now on is new, and the server's times are whole seconds.
        var now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        WaitUntil(() => DateTimeOffset.UtcNow >= now.AddSeconds(1));
        foreach (var item in objects) proxy.Ages.Add((string)item.Read["metadata"]!["uid"]!, now, by);
    }

    public IDisposable Review(string ns, string name, Func<AdmissionRequest, string?> refuse) =>
        Configure(Resources.ValidatingWebhookConfigurations, ns, name, id => proxy.Webhooks.Add(id, refuse));

    public IDisposable Mutate(string ns, Action<AdmissionRequest> change) =>
        Configure(Resources.MutatingWebhookConfigurations, ns, "mutate.example.com", id => proxy.Webhooks.AddMutating(id, change));

    private Removal Configure(ResourceType type, string ns, string name, Func<string, string> add)
    {
        var id = Guid.NewGuid().ToString("N");
        var path = add(id);
        var configuration = $"rollbacktools-e2e-{id}";
        var authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(proxy.CaPem));
        server.Send(HttpMethod.Post, RealServer.PathOf(type, null), JsonNode.Parse($$$"""
            {"metadata":{"name":"{{{configuration}}}"},"webhooks":[{"name":"{{{name}}}",
             "admissionReviewVersions":["v1"],"sideEffects":"None","timeoutSeconds":30,
             "clientConfig":{"url":"{{{new Uri(proxy.Url, path)}}}","caBundle":"{{{authority}}}"},
             "namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{{ns}}}"}},
             "rules":[{"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"operations":["CREATE","UPDATE","DELETE"]}]}]}
            """));
        WaitUntil(() =>
        {
            JsonObject probe = new() { ["metadata"] = new JsonObject { ["name"] = Webhooks.Probe } };
            server.Send(HttpMethod.Post, $"{RealServer.PathOf(Resources.ConfigMaps, ns)}?dryRun=All", probe);
            return proxy.Webhooks.IsAsked(id);
        });
        return new Removal(() =>
        {
            proxy.Webhooks.Remove(id);
            server.Send(HttpMethod.Delete, RealServer.PathOf(type, null, configuration));
        });
    }

    public async Task WaitUntilAsync(Func<bool> so, TimeSpan timeout, CancellationToken cancellation)
    {
        var began = Stopwatch.StartNew();
        while (!so())
        {
            if (began.Elapsed > timeout) throw new TimeoutException($"It was not so within {timeout.TotalSeconds:0.#} s.");
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Nothing tells when a real cluster's controllers are done. They write status, which does not count here.</summary>
    public Task<IReadOnlyList<string>> EverythingAsync(string ns, CancellationToken cancellation)
    {
        IReadOnlyList<string> all = [.. Resources.BuiltIn.Where(kind => kind.Namespaced && !Controlled.Contains(kind))
            .SelectMany(kind => List(kind, ns)).Select(item =>
            {
                var body = item.Copy();
                body.Remove("status");
                foreach (var field in (string[])["resourceVersion", "managedFields"]) body["metadata"]!.AsObject().Remove(field);
                return $"{item.Type} {item.Name} {body.ToJsonString()}";
            })];
        return Task.FromResult(all);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var ns in open.Keys) server.Send(HttpMethod.Delete, $"/api/v1/namespaces/{ns}");
        try
        {
            await WaitUntilAsync(() => open.Keys.All(IsGone), Emptying, CancellationToken.None);
        }
        finally
        {
            await proxy.DisposeAsync();
            server.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Once its objects are being deleted, nobody is left to take their finalizers off.</summary>
    private bool IsGone(string ns)
    {
        if (Find(Resources.Namespaces, null, ns) is not { } live) return true;
        var held = live["status"]?["conditions"]?.AsArray()
            .Any(condition => (string?)condition!["type"] == "NamespaceFinalizersRemaining" && (string?)condition["status"] == "True");
        if (held != true) return false;
        JsonObject none = new() { ["metadata"] = new JsonObject { ["finalizers"] = null } };
        foreach (var item in Resources.BuiltIn.Where(kind => kind.Namespaced).SelectMany(kind => List(kind, ns)))
        {
            if (item.Read["metadata"]!["finalizers"] is null) continue;
            server.Send(HttpMethod.Patch, RealServer.PathOf(item.Type, ns, item.Name), none, "application/merge-patch+json");
        }

        return false;
    }

    /// <summary>False when there is no such object.</summary>
    private bool Write(ResourceType type, string? ns, string name, Action<JsonObject> change, Action<JsonObject, JsonObject> write)
    {
        while (Find(type, ns, name) is { } before)
        {
            var body = before.DeepClone().AsObject();
            change(body);
            if (JsonNode.DeepEquals(before, body)) return true;
            try
            {
                write(before, body);
                return true;
            }
            catch (HttpRequestException refused) when (refused.StatusCode == HttpStatusCode.Conflict)
            {
                // Somebody wrote in between: from that version again.
            }
        }

        return false;
    }

    private static StoredObject Stored(ResourceType type, JsonObject item)
    {
        // Items of a list come without the two.
        JsonObject body = new() { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind };
        foreach (var (field, value) in item) body[field] = value?.DeepClone();
        var metadata = body["metadata"]!;
        var labels = metadata["labels"]?.AsObject().ToDictionary(label => label.Key, label => (string?)label.Value ?? "") ?? [];
        return new StoredObject(
            type, (string?)metadata["namespace"], (string)metadata["name"]!,
            long.Parse((string)metadata["resourceVersion"]!, CultureInfo.InvariantCulture),
            JsonSerializer.SerializeToUtf8Bytes(body), labels);
    }

    private static void WaitUntil(Func<bool> so)
    {
        if (!SpinWait.SpinUntil(() => so() || Slept(), Patience))
            throw new TimeoutException($"It was not so within {Patience.TotalSeconds:0.#} s.");

        static bool Slept()
        {
            Thread.Sleep(Poll);
            return false;
        }
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
