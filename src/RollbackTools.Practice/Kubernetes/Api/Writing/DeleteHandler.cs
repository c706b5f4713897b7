using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>delete, deletecollection and eviction. What hangs on a deleted object is the garbage collector's.</summary>
internal sealed class DeleteHandler(ApiContext context, ObjectWriter writer, ReadHandler reader)
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    // Kinds whose deletion answers with the object rather than a Status.
    private static readonly ResourceType[] ReturnObject =
        [Resources.Pods, Resources.Services, Resources.PersistentVolumeClaims, Resources.ServiceAccounts, Resources.ResourceQuotas, Resources.Namespaces];

    public async Task DeleteAsync(ApiRequest request)
    {
        var options = DeleteOptions.From(request, await RequestBody.ReadNodeAsync(request));
        var type = request.Type;
        var current = context.Store.Find(type, type.Namespaced ? request.Namespace : null, request.Name) ?? throw Refusals.NotFound(type, request.Name);
        var gone = Delete(request, current, options);
        var still = !options.DryRun && context.Store.Find(type, current.Namespace, current.Name) is not null;
        if (still || ReturnObject.Contains(type)) await reader.SendAsync(request, still || type != Resources.Pods ? gone : AtOnce(gone));
        else
            await ApiResponse.WriteAsync(request.Http, ApiStatus.Success(
                current.Name, type.Group, type.Plural, current.Read.Child("metadata").Text("uid")));
    }

    public async Task DeleteCollectionAsync(ApiRequest request)
    {
        var options = DeleteOptions.From(request, await RequestBody.ReadNodeAsync(request));
        var selection = Selection.From(request);
        List<StoredObject> gone = [];
        foreach (var item in context.Store.List(request.Type, selection.Namespace).Items.Where(selection.Matches))
        {
            Delete(request, item, options);
            gone.Add(item);
        }

        await ReadHandler.SendListAsync(request, gone, new ListMeta(context.Store.Version));
    }

    public async Task EvictAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request);
        if (body.Text("kind") != "Eviction") throw Refusals.BadRequest("the body of an eviction is a policy/v1 Eviction");
        var pod = context.Store.Find(request.Type, request.Namespace, request.Name) ?? throw Refusals.NotFound(request.Type, request.Name);
        foreach (var budget in context.Store.List(Resources.PodDisruptionBudgets, pod.Namespace).Items)
        {
            if (budget.Read.Child("spec").Child("selector") is not { } selector) continue;
            if (!Schema.Validation.WorkloadRules.Matches(selector, pod.Labels)) continue;
            var status = budget.Read.Child("status");
            if (status.Number("disruptionsAllowed") is > 0) continue;
            throw Refusals.TooManyRequests(
                "Cannot evict pod as it would violate the pod's disruption budget.", 10,
                new StatusCause("DisruptionBudget",
                    $"The disruption budget {budget.Name} needs {status.Number("desiredHealthy") ?? 0} healthy pods and has " +
                    $"{status.Number("currentHealthy") ?? 0} currently", ""));
        }

        Delete(request, pod, DeleteOptions.From(request, body["deleteOptions"]));
        await ApiResponse.WriteAsync(request.Http, new ApiStatus(201, "", ""));
    }

    private StoredObject Delete(ApiRequest request, StoredObject current, DeleteOptions options)
    {
        var type = current.Type;
        writer.Review(new AdmissionRequest(
            "DELETE", type, current.Namespace, current.Name, null, current.Read, request.User.Name, options.DryRun));
        if (options.Uid is not null || options.Version is not null) CheckPreconditions(current, options);
        if (options.DryRun) return current;
        try
        {
            if (type == Resources.Namespaces) return NamespaceDeletion.Begin(context.Store, current);
            if (type == Resources.CustomResourceDefinitions) writer.Definitions?.Withdraw(current);
            if (Finalizer(options) is { } finalizer) Mark(current, finalizer);
            return context.Store.Delete(type, current.Namespace, current.Name, Grace(current, options), ifUid: options.Uid)
                ?? throw Refusals.NotFound(type, current.Name);
        }
        catch (StoreConflictException conflict)
        {
            throw Refusals.From(conflict, type, current.Name);
        }
    }

    private static void CheckPreconditions(StoredObject current, DeleteOptions options)
    {
        var uid = current.Read.Child("metadata").Text("uid");
        if (options.Uid is not null && options.Uid != uid)
            throw Refusals.DeletePrecondition(current.Type, current.Name, "UID", options.Uid, uid!, "deleted and then recreated");
        if (options.Version is not null && options.Version != current.Version.ToString())
            throw Refusals.DeletePrecondition(current.Type, current.Name, "ResourceVersion", options.Version, current.Version.ToString(), "modified");
    }

    private static string? Finalizer(DeleteOptions options) => options.Propagation switch
    {
        "Foreground" => Foreground,
        "Orphan" => Orphan,
        _ => null,
    };

    private void Mark(StoredObject current, string finalizer) =>
        context.Store.Update(current.Type, current.Namespace, current.Name, body =>
        {
            var meta = body.Ensure("metadata");
            var finalizers = meta.List("finalizers");
            if (finalizers is null) meta["finalizers"] = finalizers = [];
            if (finalizers.Any(one => (string?)one == finalizer)) return false;
            finalizers.Add(finalizer);
            return true;
        });

    /// <summary>A pod that goes at once is answered as one that was given no time.</summary>
    private StoredObject AtOnce(StoredObject pod)
    {
        var body = pod.Copy();
        var meta = body.Ensure("metadata");
        meta.Default("deletionTimestamp", ObjectStore.Timestamp(context.Time.GetUtcNow()));
        meta["deletionGracePeriodSeconds"] = 0;
        return new StoredObject(pod.Type, pod.Namespace, pod.Name, pod.Version, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString(ApiJson.Relaxed)), pod.Labels);
    }

    private static int Grace(StoredObject current, DeleteOptions options)
    {
        if (current.Type != Resources.Pods) return 0;

        // A pod no kubelet runs, or that has ended, has nothing to be given time for.
        var phase = JsonScan.Text(current.Json, "status", "phase");
        if (JsonScan.Text(current.Json, "spec", "nodeName") is null or "" || phase is "Succeeded" or "Failed") return 0;
        var own = int.TryParse(JsonScan.Text(current.Json, "spec", "terminationGracePeriodSeconds"), out var seconds) ? seconds : 30;
        return options.GraceSeconds ?? own;
    }
}
