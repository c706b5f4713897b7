using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Creates, patches and deletes single objects the way helm's client does, in its words when the server refuses.</summary>
/// <param name="cluster">The API.</param>
/// <param name="serverSide">Whether the server applies.</param>
/// <param name="forceConflicts">Whether the fields of others are taken over.</param>
/// <param name="handOver">Whether what the client applied so far becomes the server's.</param>
internal sealed class ReleaseObjectWriter(ClusterClient cluster, bool serverSide, bool forceConflicts, bool handOver)
{
    private const string Manager = "helm";
    private const int ConflictAttempts = 5;
    private const string ApplyPatch = "application/apply-patch+yaml";

    public async Task<JsonObject?> FindAsync(ReleaseObject item, CancellationToken cancellation)
    {
        try
        {
            return await cluster.GetAsync(item.Path, cancellation);
        }
        catch (ClusterRefusedException none) when (none.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Throws <see cref="HelmException"/> when the server refuses.</summary>
    public Task CreateAsync(ReleaseObject item, CancellationToken cancellation) => serverSide
        ? ApplyAsync(item, cancellation)
        : TellingAsync(() => cluster.CreateAsync($"{item.Collection}?fieldManager={Manager}", item.Body, cancellation), refusal => refusal);

    /// <summary>From what <paramref name="old"/> said and what is live to what the target says.</summary>
    public async Task UpdateAsync(ReleaseObject? old, JsonObject live, ReleaseObject target, CancellationToken cancellation)
    {
        if (serverSide)
        {
            if (handOver) await TellingAsync(() => HandOverAsync(live, target, cancellation), refusal => refusal);
            await ApplyAsync(target, cancellation);
            return;
        }

        var before = old?.Body ?? live;
        var schema = target.Schema;
        var (patch, type) = schema is null
            ? (JsonMerge.Between(before, target.Body), ClusterClient.MergePatch)
            : (ClientSideApply.Patch(before, live, target.Body, schema), ClusterClient.StrategicPatch);
        if (patch.Count == 0) return;
        await TellingAsync(
            () => cluster.PatchAsync($"{target.Path}?fieldManager={Manager}", patch, type, cancellation),
            refusal => $"cannot patch \"{target.Name}\" with kind {target.Kind}: {refusal}");
    }

    public async Task DeleteAsync(ReleaseObject item, CancellationToken cancellation)
    {
        try
        {
            await cluster.DeleteAsync($"{item.Path}?propagationPolicy=Background", cancellation);
        }
        catch (ClusterRefusedException gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            // Somebody was faster.
        }
    }

    private Task ApplyAsync(ReleaseObject item, CancellationToken cancellation)
    {
        var force = forceConflicts ? "true" : "false";
        return TellingAsync(
            () => cluster.PatchAsync($"{item.Path}?fieldManager={Manager}&fieldValidation=Strict&force={force}", item.Body, ApplyPatch, cancellation),
            refusal => refusal.StartsWith("Apply failed", StringComparison.Ordinal)
                ? $"conflict occurred while applying object {item.Namespace}/{item.Name} {item.ApiVersion}, Kind={item.Kind}: {refusal}"
                : $"server-side apply failed for object {item.Namespace}/{item.Name} {item.ApiVersion}, Kind={item.Kind}: {refusal}");
    }

    // Controllers write the same objects: whoever was slower reads again, as retry.RetryOnConflict does.
    private async Task HandOverAsync(JsonObject live, ReleaseObject target, CancellationToken cancellation)
    {
        for (var attempt = 1; FieldOwnership.HandOver(live, Manager) is { } owners; attempt++)
        {
            try
            {
                await cluster.PatchAsync($"{target.Path}?fieldManager={Manager}", owners, ClusterClient.JsonPatch, cancellation);
                return;
            }
            catch (ClusterRefusedException conflict) when (conflict.StatusCode == HttpStatusCode.Conflict && attempt < ConflictAttempts)
            {
                live = await cluster.GetAsync(target.Path, cancellation);
            }
        }
    }

    private static async Task TellingAsync(Func<Task> send, Func<string, string> words)
    {
        try
        {
            await send();
        }
        catch (ClusterRefusedException refused)
        {
            throw new HelmException(words(refused.Refusal));
        }
    }
}
