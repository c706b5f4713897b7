using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Tables;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>The lines of one watch, in the form its caller asked for.</summary>
internal sealed class WatchLines(ApiRequest request, TimeProvider time, Representation form)
{
    private readonly PipeWriter body = request.Http.Response.BodyWriter;
    private readonly string includeObject = form == Representation.Table ? ReadHandler.IncludeObject(request) : "";
    private bool columnsSent;

    /// <summary>How many objects were sent; bookmarks and errors do not count.</summary>
    public int Events { get; private set; }

    public void Event(string type, StoredObject item)
    {
        Events++;
        Begin(type);
        switch (form)
        {
            case Representation.Table:
                body.Write(ApiResponse.Render(json => TableWriter.Write(
                    json, item.Type, [item], new ListMeta(item.Version), time.GetUtcNow(), includeObject, !columnsSent)));
                columnsSent = true;
                break;
            case Representation.PartialMetadata:
                body.Write(ApiResponse.Render(json => TableWriter.WritePartial(json, item)));
                break;
            default:
                body.Write(request.View?.Render(item) ?? item.Json);
                break;
        }

        End();
    }

    /// <summary>An object that no longer matches: gone, to this watch, in its last matching state at the version it left.</summary>
    public void Left(StoreEvent change)
    {
        var last = change.Previous!;
        var copy = last.Copy();
        copy["metadata"]!["resourceVersion"] = change.Version.ToString();
        Event("DELETED", new StoredObject(
            last.Type, last.Namespace, last.Name, change.Version, ApiResponse.Render(json => copy.WriteTo(json)), last.Labels));
    }

    public void Bookmark(long version, bool initialEnd)
    {
        Begin("BOOKMARK");
        JsonObject meta = new() { ["resourceVersion"] = version.ToString(), ["creationTimestamp"] = null };
        if (initialEnd) meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var (kind, apiVersion) = form switch
        {
            Representation.Table => ("Table", "meta.k8s.io/v1"),
            Representation.PartialMetadata => ("PartialObjectMetadata", "meta.k8s.io/v1"),
            _ => (request.Type.Kind, request.View?.ApiVersion ?? request.Type.ApiVersion),
        };
        JsonObject mark = new() { ["kind"] = kind, ["apiVersion"] = apiVersion };
        if (form == Representation.Table)
        {
            meta.Remove("creationTimestamp");
            mark["columnDefinitions"] = null;
            mark["rows"] = new JsonArray(
                new JsonObject
                {
                    ["cells"] = null,
                    ["object"] = new JsonObject
                    {
                        ["kind"] = "PartialObjectMetadata",
                        ["apiVersion"] = "meta.k8s.io/v1",
                        ["metadata"] = meta.DeepClone(),
                    },
                });
            meta.Remove("annotations");
        }

        mark["metadata"] = meta;
        body.Write(ApiResponse.Render(json => mark.WriteTo(json)));
        End();
    }

    public void Error(ApiStatus status)
    {
        Begin("ERROR");
        body.Write(status.ToJson());
        End();
    }

    /// <summary>Sends what was written; also sends the headers of a watch that has nothing to say yet.</summary>
    public async ValueTask FlushAsync() => await body.FlushAsync(request.Aborted);

    private void Begin(string type)
    {
        body.Write("{\"type\":\""u8);
        body.Write(System.Text.Encoding.ASCII.GetBytes(type));
        body.Write("\",\"object\":"u8);
    }

    private void End() => body.Write("}\n"u8);
}
