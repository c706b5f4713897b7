using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Kubernetes.Api.Tables;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>get and list. Objects leave as the bytes they are stored as.</summary>
internal sealed class ReadHandler(ApiContext context)
{
    private const int FlushAt = 256 * 1024;

    public Pages Pages { get; } = new(context.Store, context.Time, context.Options.ContinueLifetime);

    public Task GetAsync(ApiRequest request)
    {
        if (request.Query("resourceVersion") is { Length: > 0 } version && !ulong.TryParse(version, out _)) throw Refusals.NoVersion(version);
        var found = context.Store.Find(request.Type, Scope(request), request.Name) ?? throw Refusals.NotFound(request.Type, request.Name);
        return SendAsync(request, found);
    }

    /// <summary>Sends one object in the form the caller asked for.</summary>
    public Task SendAsync(ApiRequest request, StoredObject item, int code = 200) => Negotiation.Of(request.Http) switch
    {
        Representation.Table => ApiResponse.WriteAsync(
            request.Http,
            json => TableWriter.Write(json, item.Type, [item], new ListMeta(item.Version), context.Time.GetUtcNow(), IncludeObject(request)),
            code),
        Representation.PartialMetadata => ApiResponse.WriteAsync(request.Http, json => TableWriter.WritePartial(json, item), code),
        _ => ApiResponse.WriteAsync(request.Http, request.View?.Render(item) ?? item.Json, code),
    };

    public async Task ListAsync(ApiRequest request)
    {
        var form = Negotiation.Of(request.Http);
        var selection = Selection.From(request);
        var (items, meta) = Select(request, selection);
        var http = request.Http;
        http.Response.ContentType = ApiResponse.Json;
        switch (form)
        {
            case Representation.Table:
                await ApiResponse.WriteAsync(http, json =>
                    TableWriter.Write(json, request.Type, items, meta, context.Time.GetUtcNow(), IncludeObject(request)));
                break;
            case Representation.PartialMetadata:
                await ApiResponse.WriteAsync(http, json => WritePartials(json, items, meta));
                break;
            default:
                await StreamAsync(request, items, meta);
                break;
        }
    }

    public static string IncludeObject(ApiRequest request) => request.Query("includeObject") switch
    {
        null or "" => "Metadata",
        "None" or "Metadata" or "Object" => request.Query("includeObject")!,
        var other => throw Refusals.BadRequest($"unrecognized includeObject value: \"{other}\""),
    };

    /// <summary>Sends objects as a list of their kind.</summary>
    public static Task SendListAsync(ApiRequest request, IReadOnlyList<StoredObject> items, ListMeta meta)
    {
        request.Http.Response.ContentType = ApiResponse.Json;
        return StreamAsync(request, items, meta);
    }

    private static string? Scope(ApiRequest request) => request.Type.Namespaced ? request.Namespace : null;

    private static void WritePartials(Utf8JsonWriter json, IReadOnlyList<StoredObject> items, ListMeta meta)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, "PartialObjectMetadataList"u8);
        json.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        meta.Write(json);
        json.WriteStartArray("items"u8);
        foreach (var item in items) TableWriter.WritePartial(json, item);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task StreamAsync(ApiRequest request, IReadOnlyList<StoredObject> items, ListMeta meta)
    {
        var body = request.Http.Response.BodyWriter;
        var type = request.Type;
        body.Write(ApiResponse.Render(json =>
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, type.ListKind);
            json.WriteString("apiVersion"u8, request.View?.ApiVersion ?? type.ApiVersion);
            meta.Write(json);
            json.WriteEndObject();
        }).AsSpan()[..^1]);
        body.Write(",\"items\":["u8);
        var first = true;
        foreach (var item in items)
        {
            if (!first) body.Write(","u8);
            first = false;
            if (request.View is { } view)
            {
                body.Write(view.Render(item));
            }
            else if (type.Custom)
            {
                body.Write(item.Json);
            }
            else
            {
                body.Write("{"u8);
                body.Write(item.ItemJson.Span);
            }

            if (body.UnflushedBytes > FlushAt) await body.FlushAsync(request.Aborted);
        }

        body.Write("]}"u8);
        await body.FlushAsync(request.Aborted);
    }

    private (IReadOnlyList<StoredObject> Items, ListMeta Meta) Select(ApiRequest request, Selection selection)
    {
        var limit = int.TryParse(request.Query("limit"), out var most) && most > 0 ? most : int.MaxValue;
        var token = request.Query("continue");
        if (token is { Length: > 0 } && request.Query("resourceVersion") is { Length: > 0 } and not "0")
            throw Refusals.BadRequest("specifying resource version is not allowed when using continue");
        var (snapshot, after) = token is { Length: > 0 }
            ? Pages.Resume(request.Type, selection.Namespace, token)
            : (Snapshot(request, selection), "");

        // A name pins the answer to one look-up, however large the namespace.
        if (selection.Fields.Name is { } name && after.Length == 0 && snapshot.Version >= context.Store.Version && (selection.Namespace is not null || !request.Type.Namespaced))
        {
            var one = context.Store.Find(request.Type, selection.Namespace, name);
            return (one is not null && selection.Matches(one) ? [one] : [], Whole(request, snapshot));
        }

        if (selection.MatchesAll && limit == int.MaxValue && after.Length == 0) return (snapshot.Items, Whole(request, snapshot));

        List<StoredObject> page = [];
        var at = Pages.Start(snapshot, after);
        for (; at < snapshot.Items.Length && page.Count < limit; at++)
            if (selection.Matches(snapshot.Items[at])) page.Add(snapshot.Items[at]);
        if (at >= snapshot.Items.Length) return (page, Whole(request, snapshot));

        var more = Pages.Continue(request.Type, selection.Namespace, snapshot, page[^1]);
        return (page, new ListMeta(snapshot.Version, more, selection.MatchesAll ? snapshot.Items.Length - at : null));
    }

    /// <summary>A list that has no further page: of a custom kind it says so, since its metadata is no struct of Go.</summary>
    private static ListMeta Whole(ApiRequest request, StoreSnapshot snapshot) => new(snapshot.Version, request.Type.Custom ? "" : null);

    /// <summary>What the list is cut from: the present, or with resourceVersionMatch=Exact that very version.</summary>
    private StoreSnapshot Snapshot(ApiRequest request, Selection selection)
    {
        var text = request.Query("resourceVersion") is { Length: > 0 } given ? given : null;
        var match = VersionMatch(request, text);
        var present = context.Store.List(request.Type, selection.Namespace);
        if (text is null) return present;
        if (!long.TryParse(text, out var wanted) || wanted < 0)
            throw Refusals.NoVersion(text);
        if (wanted > present.Version) throw Refusals.TooLargeResourceVersion(wanted, present.Version);
        if (match != "Exact") return present;
        return context.Store.ListAt(request.Type, selection.Namespace, wanted) ?? throw Refusals.TooOld($"The resourceVersion for the provided list is too old: {wanted}");
    }

    // The rules of ValidateListOptions (apimachinery).
    private static string? VersionMatch(ApiRequest request, string? version)
    {
        if (request.Query("resourceVersionMatch") is not { Length: > 0 } match) return null;
        if (version is null) throw Invalid("FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (match is not ("Exact" or "NotOlderThan"))
            throw Invalid("FieldValueNotSupported", $"Unsupported value: \"{match}\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
        if (match == "Exact" && version == "0") throw Invalid("FieldValueForbidden", "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        return match;

        static ApiException Invalid(string reason, string detail) =>
            new(new ApiStatus(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: {detail}")
            {
                Group = "meta.k8s.io",
                Kind = "ListOptions",
                Causes = [new StatusCause(reason, detail, "resourceVersionMatch")],
            });
    }
}
