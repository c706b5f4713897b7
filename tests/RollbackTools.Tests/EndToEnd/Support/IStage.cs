using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>
/// The cluster that end-to-end tests play on: Practice, or a real API server. All that is here is done to it from outside, by others than the
/// product.
/// </summary>
internal interface IStage : IAsyncDisposable
{
    /// <summary>The pretend cluster, for what nothing else can do; null when this is a real one.</summary>
    PracticeCluster? Practice { get; }

    /// <summary>The path of a kubeconfig with an administrator's token, an inline authority and the namespace <c>default</c>.</summary>
    string Kubeconfig { get; }

    /// <summary>The last words in the log of an image whose tag says <c>crash</c>.</summary>
    string LastWords { get; }

    /// <summary>What goes wrong on the wires of whoever comes by <see cref="Kubeconfig"/>.</summary>
    FaultPlan Faults { get; }

    /// <summary>The requests of whoever came by <see cref="Kubeconfig"/>.</summary>
    RequestLog Requests { get; }

    /// <summary>Whether there are objects of this kind.</summary>
    bool Serves(ResourceType type);

    /// <summary>Makes a namespace that pods can start in, and that nobody else has; its name.</summary>
    string OpenNamespace(string? name = null);

    /// <summary>Deletes a namespace with all that is in it.</summary>
    ValueTask CloseNamespaceAsync(string ns);

    /// <summary>As <c>kubectl apply</c>.</summary>
    void Apply(IReadOnlyList<JsonObject> manifests);

    /// <summary>The object as it is stored; null when there is none. Do not change it.</summary>
    JsonObject? Find(ResourceType type, string? ns, string name);

    IReadOnlyList<StoredObject> List(ResourceType type, string ns);

    /// <summary>As <c>kubectl edit</c>: reads, changes, writes, as often as somebody else is faster.</summary>
    void Change(ResourceType type, string? ns, string name, Action<JsonObject> change);

    /// <summary>Changes what nobody edits: a status, or what is immutable. Nothing when there is no such object.</summary>
    void Rewrite(ResourceType type, string? ns, string name, Action<JsonObject> change);

    void Delete(ResourceType type, string? ns, string name);

    /// <summary>
    /// Makes the objects, and what was written to them up to now, so much older for whoever comes by <see cref="Kubeconfig"/>.
    /// </summary>
    void Age(IReadOnlyList<StoredObject> objects, TimeSpan by);

    /// <summary>A validating webhook over one namespace; disposing takes it away.</summary>
    /// <param name="ns">The namespace whose objects it reviews.</param>
    /// <param name="name">As refusals name it, such as <c>freeze.example.com</c>.</param>
    /// <param name="refuse">Returns why the write is refused, or null.</param>
    IDisposable Review(string ns, string name, Func<AdmissionRequest, string?> refuse);

    /// <summary>A mutating webhook over one namespace, which changes the request's object in place; disposing takes it away.</summary>
    IDisposable Mutate(string ns, Action<AdmissionRequest> change);

    /// <summary>Waits until it is so. Throws <see cref="TimeoutException"/>.</summary>
    Task WaitUntilAsync(Func<bool> so, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>
    /// Each object of the namespace with its version, once the controllers have written what they had to: equal when nobody wrote.
    /// </summary>
    Task<IReadOnlyList<string>> EverythingAsync(string ns, CancellationToken cancellation);
}
