using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Helm.Records;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm;

/// <summary>
/// The records of releases, to look at and to spoil: what crashes, races, other tools and old versions have left in real clusters. A record
/// is named by its release and its revision.
/// </summary>
public sealed class ReleaseWreckage
{
    private readonly ClusterClient cluster;
    private readonly string collection;
    private readonly bool secrets;

    internal ReleaseWreckage(ClusterClient cluster, string ns, HelmDriver driver)
    {
        (this.cluster, secrets) = (cluster, driver == HelmDriver.Secret);
        collection = $"/api/v1/namespaces/{ns}/{(secrets ? "secrets" : "configmaps")}";
    }

    /// <summary>The record as it is stored: the release's own tree.</summary>
    public async Task<JsonObject> ReadAsync(string name, int revision, CancellationToken cancellation) =>
        ReleaseCodec.Decode(Text(await HolderAsync(name, revision, cancellation)))
        ?? throw new HelmException($"The record of revision {revision} of {name} cannot be read.");

    /// <summary>The revisions there are, with their status as the labels say it, oldest first.</summary>
    public async Task<IReadOnlyList<(int Revision, string Status)>> ListAsync(string name, CancellationToken cancellation)
    {
        var list = await cluster.GetAsync($"{collection}?labelSelector={Uri.EscapeDataString($"name={name},owner=helm")}", cancellation);
        return [.. list.Items("items")
            .Select(item => (int.Parse(item.Text("metadata", "labels", "version")!, CultureInfo.InvariantCulture), item.Text("metadata", "labels", "status")!))
            .Order()];
    }

    /// <summary>Another status, in the record and in its label: two that are deployed, or none, or one for ever pending.</summary>
    public async Task SetStatusAsync(string name, int revision, string status, CancellationToken cancellation)
    {
        var holder = await HolderAsync(name, revision, cancellation);
        holder.Child("metadata").Child("labels")["status"] = status;
        var release = ReleaseCodec.Decode(Text(holder)) ?? throw new HelmException("A record that cannot be read has no status.");
        release.Child("info")["status"] = status;
        await WriteAsync(holder, ReleaseCodec.Encode(release), cancellation);
    }

    /// <summary>Somebody deleted the record by hand, or the history was pruned.</summary>
    public Task RemoveAsync(string name, int revision, CancellationToken cancellation) => cluster.DeleteAsync(Path(name, revision), cancellation);

    /// <summary>The payload ends after this share (0 to 1) of it.</summary>
    public async Task TruncateAsync(string name, int revision, double share, CancellationToken cancellation)
    {
        var holder = await HolderAsync(name, revision, cancellation);
        var packed = Convert.FromBase64String(Text(holder));
        await WriteAsync(holder, Convert.ToBase64String(packed[..(int)(packed.Length * share)]), cancellation);
    }

    /// <summary>The payload is no base64, no gzip and no JSON.</summary>
    public async Task CorruptAsync(string name, int revision, CancellationToken cancellation) =>
        await WriteAsync(await HolderAsync(name, revision, cancellation), "%% not a release %%", cancellation);

    /// <summary>Stored without compression, as before there was any.</summary>
    public Task StorePlainAsync(string name, int revision, CancellationToken cancellation) =>
        RewriteAsync(name, revision, release => ReleaseCodec.EncodePlain(release), cancellation);

    /// <summary>Changes the record; its label of the status stays. For fields that nobody knows yet.</summary>
    public Task ChangeAsync(string name, int revision, Action<JsonObject> change, CancellationToken cancellation) =>
        RewriteAsync(name, revision, release =>
        {
            change(release);
            return ReleaseCodec.Encode(release);
        }, cancellation);

    /// <summary>A small payload that unpacks to so many bytes of white space before the release.</summary>
    public Task StoreBombAsync(string name, int revision, long size, CancellationToken cancellation) => RewriteAsync(name, revision, release =>
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize))
        {
            var blank = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
            for (var written = 0L; written < size; written += blank.Length) gzip.Write(blank);
            gzip.Write(Encoding.UTF8.GetBytes(release.ToJsonString()));
        }

        return Convert.ToBase64String(packed.ToArray());
    }, cancellation);

    private async Task RewriteAsync(string name, int revision, Func<JsonObject, string> encode, CancellationToken cancellation)
    {
        var holder = await HolderAsync(name, revision, cancellation);
        await WriteAsync(holder, encode(ReleaseCodec.Decode(Text(holder)) ?? throw new HelmException("The record cannot be read.")), cancellation);
    }

    private string Path(string name, int revision) => $"{collection}/{ReleaseStore.KeyOf(name, revision)}";

    private Task<JsonObject> HolderAsync(string name, int revision, CancellationToken cancellation) => cluster.GetAsync(Path(name, revision), cancellation);

    private string Text(JsonObject holder)
    {
        var stored = holder.Text("data", "release") ?? "";
        return secrets ? Encoding.ASCII.GetString(Convert.FromBase64String(stored)) : stored;
    }

    private Task WriteAsync(JsonObject holder, string text, CancellationToken cancellation)
    {
        holder.Child("data")["release"] = secrets ? Convert.ToBase64String(Encoding.ASCII.GetBytes(text)) : text;
        return cluster.ReplaceAsync($"{collection}/{holder.Text("metadata", "name")}", holder, cancellation);
    }
}
