using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>
/// patch and spec. Whatever is sent, only spec, labels, annotations and finalizers are written; on a conflict they are written over
/// the newer version, as the real server does.
/// </summary>
internal sealed class ApplicationWrites(ObjectStore store, ObjectWriter writer, ArgoGate gate, ApplicationJson json)
{
    private const int Attempts = 10;
    private static readonly WriteOptions Writing = new("argocd-server") { User = "system:serviceaccount:argocd:argocd-server" };

    public Task PatchAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        ArgoGate.Require(request, application, "update");
        var patched = Patched(application.Stored.Copy(), request.Body.Text("patchType"), request.Body.Text("patch") ?? "");
        return request.SendAsync(json.Show(Write(application, patched)));
    }

    /// <summary>The body is the spec; the answer too.</summary>
    public Task SetSpecAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "update");
        var next = application.Stored.Copy();
        next["spec"] = request.Body.DeepClone();
        var written = Write(application, next);
        return request.SendAsync(written.Read["spec"]!.DeepClone());
    }

    private static JsonObject Patched(JsonObject application, string? type, string patch)
    {
        try
        {
            switch (type)
            {
                case "merge":
                    MergePatch.Apply(application, Parse(patch) as JsonObject ?? throw new PatchException("Invalid JSON Patch"));
                    return application;
                case null or "" or "json":
                    return JsonPatch.Apply(application, Parse(patch) as JsonArray ?? throw new PatchException("Invalid JSON Patch")) as JsonObject
                        ?? throw new PatchException("the result is no object");
                default:
                    throw new ArgoRefusal(GrpcCode.InvalidArgument, $"Patch type '{type}' is not supported");
            }
        }
        catch (PatchException bad)
        {
            throw new ArgoRefusal(GrpcCode.Unknown, $"error applying patch: {bad.Message}");
        }
    }

    private static JsonNode? Parse(string patch)
    {
        try
        {
            return JsonNode.Parse(patch);
        }
        catch (JsonException bad)
        {
            throw new PatchException(bad.Message);
        }
    }

    private StoredObject Write(ApplicationView application, JsonObject wanted)
    {
        gate.Project(wanted.Text("spec", "project"));
        for (var attempt = 1; ; attempt++)
        {
            var current = store.Find(application.Stored.Type, application.Stored.Namespace, application.Stored.Name)
                ?? throw ArgoRefusal.NotFound(application.Stored.Name);
            var next = current.Copy();
            next["spec"] = wanted["spec"]?.DeepClone() ?? new JsonObject();
            foreach (var field in (string[])["labels", "annotations", "finalizers"])
            {
                if (wanted.Object("metadata")?[field] is { } value) next.Child("metadata")[field] = value.DeepClone();
                else next.Child("metadata").Remove(field);
            }

            try
            {
                return writer.Replace(current, next, Writing);
            }
            catch (StoreConflictException) when (attempt < Attempts)
            {
                // Somebody else was faster: once more on the newer version.
            }
            catch (StoreConflictException)
            {
                throw new ArgoRefusal(GrpcCode.Internal, "Failed to update application. Too many conflicts");
            }
            catch (ApiException refused)
            {
                throw ArgoRefusal.From(refused.Status.Code, refused.Message);
            }
        }
    }
}
