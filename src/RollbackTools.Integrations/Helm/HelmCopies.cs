using System.Text;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Helm;

/// <summary>
/// Records kept as they were, beside the ones Helm sees: the same kind of object with the same data, readable too, but found by none of Helm's
/// labels. So what a record held never leaves the cluster, and it can be put back.
/// </summary>
internal sealed class HelmCopies(KubernetesTransport transport, ClusterInfo cluster)
{
    /// <summary>Marks a copy with the release it is of, for whoever cleans up: <c>kubectl delete secret -l rollbacktools.io/helm-release=api</c>.</summary>
    public const string ReleaseLabel = "rollbacktools.io/helm-release";

    private const string LabelsAnnotation = "rollbacktools.io/helm-labels";

    private static readonly string[] ServersOwn = ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink", "ownerReferences", "finalizers"];

    public async Task KeepAsync(HelmRecordHeader record, string copy, CancellationToken cancellation)
    {
        if (await ReadAsync(Target(record.Name, copy), cancellation).ConfigureAwait(false) is not null) return;
        var there = await ReadAsync(Target(record.Name), cancellation).ConfigureAwait(false) ?? throw Gone(record.Name);
        var metadata = there.Object("metadata");
        if (metadata.Text("uid") != record.Uid) throw Gone(record.Name);
        var labels = metadata["labels"] is { } own ? Encoding.UTF8.GetString(own.Span) : "{}";
        var kept = ServersOwn.Aggregate(metadata, (all, field) => all.Without(field)).With("name", NameOf(record.Name, copy))
            .With("labels", JsonObjectBytes.Empty.With(ReleaseLabel, record.Name.Release))
            .With("annotations", metadata.Object("annotations").With(LabelsAnnotation, labels));
        await SendAsync(HttpMethod.Post, "create", Target(record.Name) with { Name = null }, there.With("metadata", kept).ToBytes(), cancellation).ConfigureAwait(false);
    }

    public async Task<bool> RestoreAsync(HelmRecordName record, string copy, CancellationToken cancellation)
    {
        if (await ReadAsync(Target(record, copy), cancellation).ConfigureAwait(false) is not { } kept) return false;
        var annotations = kept.Object("metadata").Object("annotations");
        var metadata = JsonObjectBytes.Empty.With("name", record.ObjectName).With("namespace", record.Namespace)
            .With("labels", Encoding.UTF8.GetBytes(annotations.Text(LabelsAnnotation) ?? "{}")).With("annotations", annotations.Without(LabelsAnnotation));
        await SendAsync(HttpMethod.Post, "create", Target(record) with { Name = null }, kept.With("metadata", metadata).ToBytes(), cancellation).ConfigureAwait(false);
        await ForgetAsync(record, copy, cancellation).ConfigureAwait(false);
        return true;
    }

    public async Task ForgetAsync(HelmRecordName record, string copy, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, "delete", Target(record, copy), WireBodies.Delete(new DeleteOptions()), cancellation).ConfigureAwait(false);
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            // As wanted.
        }
    }

    public static string NameOf(HelmRecordName record, string copy) => $"{record.ObjectName}.{copy}";

    private async Task<JsonObjectBytes?> ReadAsync(ApiTarget target, CancellationToken cancellation)
    {
        try
        {
            var bytes = await transport.SendAsync(new ApiRequest(HttpMethod.Get, "get", target) { MayRepeat = true }, AllAsync, cancellation).ConfigureAwait(false);
            return JsonObjectBytes.Read(bytes);
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    private Task SendAsync(HttpMethod method, string verb, ApiTarget target, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var request = new ApiRequest(method, verb, target)
        {
            Query = method == HttpMethod.Delete ? new QueryString() : new QueryString().Add("fieldManager", "helm"),
            Body = body,
            ContentType = WireBodies.Json,
            MayRepeat = method != HttpMethod.Post,
        };
        return transport.SendAsync(request, AllAsync, cancellation);
    }

    private ApiTarget Target(HelmRecordName record, string? copy = null) => Targets.Object(
        HelmResources.Of(record.Driver), record.Namespace, copy is null ? record.ObjectName : NameOf(record, copy), cluster.DefaultNamespace);

    private static async ValueTask<byte[]> AllAsync(Stream body, CancellationToken cancellation)
    {
        using MemoryStream all = new();
        await body.CopyToAsync(all, cancellation).ConfigureAwait(false);
        return all.ToArray();
    }

    private static EstateException Gone(HelmRecordName record) =>
        new(EstateErrorKind.Conflict, $"The record of {record} was deleted, or made anew, since it was read.");
}
