using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Records;

/// <summary>The records of one namespace's releases, in Secrets or ConfigMaps, with the labels that Helm finds them by.</summary>
internal sealed class ReleaseStore(ClusterClient cluster, string ns, HelmDriver driver, TimeProvider time)
{
    private const string SecretType = "helm.sh/release.v1";

    private string Collection => $"/api/v1/namespaces/{ns}/{(driver == HelmDriver.Secret ? "secrets" : "configmaps")}";

    private static readonly string[] SystemLabels = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

    /// <summary>Whether the label is Helm's own, not a user's.</summary>
    public static bool IsSystemLabel(string label) => SystemLabels.Contains(label);

    public static string KeyOf(string name, int revision) => $"sh.helm.release.v1.{name}.v{revision}";

    /// <summary>Every record of a release that can be read, oldest first.</summary>
    public async Task<IReadOnlyList<HelmRelease>> HistoryAsync(string name, CancellationToken cancellation)
    {
        var selector = Uri.EscapeDataString($"name={name},owner=helm");
        var list = await cluster.GetAsync($"{Collection}?labelSelector={selector}", cancellation);
        return [.. list.Items("items").Select(Read).OfType<HelmRelease>().OrderBy(release => release.Revision)];
    }

    /// <summary>Makes room, then adds the record. Throws when the revision exists: somebody else was faster.</summary>
    public async Task CreateAsync(HelmRelease release, int historyMax, CancellationToken cancellation)
    {
        if (historyMax > 0) await PruneAsync(release.Name, historyMax - 1, cancellation);
        try
        {
            await cluster.CreateAsync(Collection, Holder(release, "createdAt"), cancellation);
        }
        catch (ClusterRefusedException taken) when (taken.StatusCode == HttpStatusCode.Conflict)
        {
            throw new HelmException("release: already exists");
        }
        catch (ClusterRefusedException refused)
        {
            throw new HelmException($"create: failed to create: {refused.Refusal}");
        }
    }

    /// <summary>Writes the record over, whoever has written it since.</summary>
    public async Task UpdateAsync(HelmRelease release, CancellationToken cancellation)
    {
        await cluster.ReplaceAsync($"{Collection}/{KeyOf(release.Name, release.Revision)}", Holder(release, "modifiedAt"), cancellation);
    }

    /// <summary>Removes the oldest until so many are left; the deployed one stays.</summary>
    private async Task PruneAsync(string name, int keep, CancellationToken cancellation)
    {
        var history = await HistoryAsync(name, cancellation);
        var deployed = history.LastOrDefault(release => release.Status == "deployed");
        foreach (var old in history.Where(release => release.Revision != deployed?.Revision).Take(Math.Max(0, history.Count - keep)))
            await cluster.DeleteAsync($"{Collection}/{KeyOf(name, old.Revision)}", cancellation);
    }

    private HelmRelease? Read(JsonObject holder)
    {
        var stored = holder.Text("data", "release") ?? "";
        var text = driver == HelmDriver.Secret ? Encoding.ASCII.GetString(Convert.FromBase64String(stored)) : stored;
        return ReleaseCodec.Decode(text) is { } body ? new HelmRelease(body, holder.Map("metadata", "labels")) : null;
    }

    /// <summary>The labels are the release's own, as it was read or made; an update loses what only the create wrote.</summary>
    private JsonObject Holder(HelmRelease release, string moment)
    {
        Dictionary<string, string> labels = new(release.Labels) { [moment] = Seconds() };
        (labels["name"], labels["owner"], labels["status"]) = (release.Name, "helm", release.Status);
        labels["version"] = release.Revision.ToString(CultureInfo.InvariantCulture);
        var text = ReleaseCodec.Encode(release.Body);
        JsonObject holder = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = driver == HelmDriver.Secret ? "Secret" : "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = KeyOf(release.Name, release.Revision), ["labels"] = labels.ToJson() },
            ["data"] = new JsonObject { ["release"] = driver == HelmDriver.Secret ? Convert.ToBase64String(Encoding.ASCII.GetBytes(text)) : text },
        };
        if (driver == HelmDriver.Secret) holder["type"] = SecretType;
        return holder;
    }

    private string Seconds() => time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
