using System.Text.Json;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Integrations.Helm;

/// <summary>Helm's records over the cluster's API. Needs the verbs Helm itself needs: get, list, create, update, delete.</summary>
internal sealed class HelmStorage(KubernetesTransport transport, ClusterInfo cluster, TimeProvider time) : IHelmStorage
{
    private static readonly HelmDriver[] Drivers = [HelmDriver.Secret, HelmDriver.ConfigMap];

    public async Task<HelmInventory> ListAsync(string? ns, string? release, CancellationToken cancellation)
    {
        if (release is not null && !HelmRecordName.IsRelease(release)) throw NoName(release);
        ListFilter filter = new() { LabelSelector = release is null ? "owner=helm" : $"name={release},owner=helm" };
        var looks = await Task.WhenAll(Drivers.Select(driver => LookAsync(driver, ns, filter, cancellation))).ConfigureAwait(false);
        var unseen = looks.Select(look => look.Unseen).OfType<HelmUnseen>().ToList();
        if (unseen.Count == Drivers.Length) throw unseen[0].Refusal;
        return new HelmInventory(
            [.. looks.SelectMany(look => look.Records).OrderBy(record => record.Name.Namespace, StringComparer.Ordinal)
                .ThenBy(record => record.Name.Release, StringComparer.Ordinal).ThenByDescending(record => record.Name.Revision)],
            unseen);
    }

    public Task<HelmRecord> ReadAsync(HelmRecordName name, CancellationToken cancellation) =>
        SendAsync(name, new ApiRequest(HttpMethod.Get, "get", Target(name)) { MayRepeat = true }, cancellation);

    public Task<HelmRecord> CreateAsync(HelmRecord record, CancellationToken cancellation)
    {
        // Not repeated when unanswered: a record that is there then is ours or another's, and who asks can tell.
        var request = new ApiRequest(HttpMethod.Post, "create", Target(record.Name) with { Name = null })
        {
            Query = Manager(),
            Body = Body(record, "createdAt"),
            ContentType = WireBodies.Json,
        };
        return SendAsync(record.Name, request, cancellation);
    }

    public Task<HelmRecord> UpdateAsync(HelmRecord record, CancellationToken cancellation)
    {
        if (record.Header.ResourceVersion.Length == 0) throw new ArgumentException("Only a record that was read can be updated.", nameof(record));
        var request = new ApiRequest(HttpMethod.Put, "update", Target(record.Name))
        {
            Query = Manager(),
            Body = Body(record, "modifiedAt"),
            ContentType = WireBodies.Json,
            MayRepeat = true,
        };
        return SendAsync(record.Name, request, cancellation);
    }

    public Task DeleteAsync(HelmRecordHeader record, CancellationToken cancellation)
    {
        var request = new ApiRequest(HttpMethod.Delete, "delete", Target(record.Name))
        {
            Body = WireBodies.Delete(new DeleteOptions { IfUid = record.Uid, IfResourceVersion = record.ResourceVersion }),
            ContentType = WireBodies.Json,
            MayRepeat = true,
        };
        return transport.SendAsync(request, DrainAsync, cancellation);
    }

    public Task KeepAsync(HelmRecordHeader record, string copy, CancellationToken cancellation) => Copies.KeepAsync(record, copy, cancellation);

    public async Task<HelmRecord?> ReadKeptAsync(HelmRecordName record, string copy, CancellationToken cancellation)
    {
        try
        {
            var target = Target(record) with { Name = HelmCopies.NameOf(record, copy) };
            return await SendAsync(record, new ApiRequest(HttpMethod.Get, "get", target) { MayRepeat = true }, cancellation).ConfigureAwait(false);
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    public Task<bool> RestoreAsync(HelmRecordName record, string copy, CancellationToken cancellation) => Copies.RestoreAsync(record, copy, cancellation);

    public Task ForgetAsync(HelmRecordName record, string copy, CancellationToken cancellation) => Copies.ForgetAsync(record, copy, cancellation);

    private HelmCopies Copies => new(transport, cluster);

    private async Task<(IReadOnlyList<HelmRecordHeader> Records, HelmUnseen? Unseen)> LookAsync(
        HelmDriver driver, string? ns, ListFilter filter, CancellationToken cancellation)
    {
        try
        {
            var resource = HelmResources.Of(driver);
            var list = await ObjectLister.ListAsync(transport, resource, ns, filter, cancellation).ConfigureAwait(false);
            return ([.. list.Items.Select(item => HelmMetadata.Header(item.Metadata, driver)).OfType<HelmRecordHeader>()], null);
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            return ([], new HelmUnseen(driver, refusal));
        }
    }

    private async Task<HelmRecord> SendAsync(HelmRecordName name, ApiRequest request, CancellationToken cancellation)
    {
        // What cannot be read is a value and no exception on its way through the transport, which would take it for a broken connection.
        var (record, trouble) = await transport.SendAsync(request, async (body, token) =>
        {
            try
            {
                return (await HelmObject.ReadAsync(body, name, token).ConfigureAwait(false), (string?)null);
            }
            catch (InvalidDataException error)
            {
                return ((HelmRecord?)null, error.Message);
            }
            catch (JsonException)
            {
                return (null, $"it is not the JSON of a record (damaged, or nested more than {JsonObjectBytes.MaximumDepth} deep)");
            }
        }, cancellation).ConfigureAwait(false);
        return record ?? throw Unreadable(name, trouble!);
    }

    private ReadOnlyMemory<byte> Body(HelmRecord record, string stamp)
    {
        try
        {
            return HelmObject.Write(record, HelmMetadata.Labels(record, stamp, time.GetUtcNow()));
        }
        catch (InvalidDataException error)
        {
            throw new RollbackException("HelmRecordTooLarge", $"The record of {record.Name} cannot be stored: {error.Message}.", error)
            {
                Target = record.Name.Object,
                NextStep = "Helm cannot store it either: the chart, its files or its values must become smaller.",
            };
        }
    }

    private static RollbackException Unreadable(HelmRecordName name, string trouble) =>
        new("HelmRecordUnreadable", $"The record of {name} ({name.Object}) cannot be read: {trouble}.")
        {
            Target = name.Object,
            NextStep = name.Driver == HelmDriver.Secret
                ? $"kubectl get {name.Object} -n {name.Namespace} -o jsonpath='{{.data.release}}' | base64 -d | base64 -d | gzip -t"
                : $"kubectl get {name.Object} -n {name.Namespace} -o jsonpath='{{.data.release}}' | base64 -d | gzip -t",
        };

    private static EstateException NoName(string release) => new(EstateErrorKind.Rejected,
        $"'{PlainText.Clean(release, 100)}' is not a name a Helm release can have: lower-case letters, digits, '-' and '.', at most 53 of them.") { Reason = "Invalid" };

    private ApiTarget Target(HelmRecordName name) => Targets.Object(HelmResources.Of(name.Driver), name.Namespace, name.ObjectName, cluster.DefaultNamespace);

    private static QueryString Manager() => new QueryString().Add("fieldManager", "helm");

    private static async ValueTask<bool> DrainAsync(Stream body, CancellationToken cancellation)
    {
        await body.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
        return true;
    }
}
