using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>create and update.</summary>
internal sealed class WriteHandler(ApiContext context, ObjectWriter writer, ReadHandler reader)
{
    // Kinds that a PUT may bring into being, and those whose PUT must name the version it replaces.
    private static readonly ResourceType[] CreatedByUpdate = [Resources.Leases, Resources.Events, Resources.Endpoints];
    private static readonly ResourceType[] NeverUnconditional = [Resources.Leases, Resources.PodDisruptionBudgets];

    public static WriteOptions Options(ApiRequest request) => new(request.FieldManager)
    {
        User = request.User.Name,
        DryRun = request.DryRun,
        Subresource = request.Info.Subresource,
    };

    public async Task CreateAsync(ApiRequest request)
    {
        if (request.Type.Namespaced && request.Namespace is null) throw Refusals.MethodNotAllowed();
        var body = await RequestBody.ReadObjectAsync(request);
        BodyCheck.Identity(request, body);
        BodyCheck.Fields(request, body);
        var created = writer.Create(request.Type, request.Namespace, body, Options(request));
        await reader.SendAsync(request, created, 201);
    }

    public async Task UpdateAsync(ApiRequest request)
    {
        var type = request.Type;
        var body = await RequestBody.ReadObjectAsync(request);
        BodyCheck.Identity(request, body);
        if (body.Child("metadata").Text("name") is not { Length: > 0 })
            throw Refusals.BadRequest("the name of the object (\"\" based on URL) was undeterminable: name must be provided");
        BodyCheck.Fields(request, body);
        var current = context.Store.Find(type, type.Namespaced ? request.Namespace : null, request.Name);
        if (current is null)
        {
            if (!CreatedByUpdate.Contains(type) || request.Info.Subresource is not null) throw Refusals.NotFound(type, request.Name);
            body.Child("metadata")?.Remove("resourceVersion");
            await reader.SendAsync(request, writer.Create(type, request.Namespace, body, Options(request)), 201);
            return;
        }

        var conditional = body.Child("metadata").Text("resourceVersion") is { Length: > 0 };
        if (body.Child("metadata").Text("uid") is { Length: > 0 } uid && current.Read.Child("metadata").Text("uid") is { } live && uid != live)
            throw Refusals.OtherUid(current, uid, live);
        if (!conditional && (type.Custom || NeverUnconditional.Contains(type))) throw Refusals.VersionRequired(type, request.Name);

        var saved = Preconditions.Retry(context, current, conditional, latest =>
        {
            var next = (JsonObject)body.DeepClone();
            Preconditions.Check(latest, next);
            return writer.Replace(latest, next, Options(request));
        });
        await reader.SendAsync(request, saved);
    }
}
