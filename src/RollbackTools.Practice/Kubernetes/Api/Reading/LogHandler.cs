using System.Text;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>pods/log: finds the container and streams its lines as text.</summary>
internal sealed class LogHandler(ApiContext context)
{
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Info.Verb != "get") throw Refusals.MethodNotAllowed();
        var pod = context.Store.Find(Resources.Pods, request.Namespace, request.Name) ?? throw Refusals.NotFound(Resources.Pods, request.Name);
        if (context.Options.PodLogs is not { } logs) throw Refusals.NoSuchResource();

        if (pod.Read.Child("spec").Text("nodeName") is null)
        {
            // No node, so nobody to ask: an answer without content.
            _ = Container(request, pod.Read);
            request.Http.Response.StatusCode = 204;
            return;
        }

        PodLogRequest asked = new(pod.Namespace!, pod.Name, Container(request, pod.Read))
        {
            Follow = request.Flag("follow"),
            Previous = request.Flag("previous"),
            Since = Since(request),
            TailLines = Number(request, "tailLines"),
        };
        var timestamps = request.Flag("timestamps");
        long left = Number(request, "limitBytes") is { } limit
            ? limit > 0 ? limit : throw Invalid("limitBytes", $"Invalid value: {limit}: must be greater than 0")
            : long.MaxValue;

        var response = request.Http.Response;
        await using var lines = logs.Read(asked, request.Aborted).GetAsyncEnumerator(request.Aborted);
        var first = await FirstAsync(lines);
        response.ContentType = "text/plain";
        for (var more = first; more && left > 0; more = await NextAsync(lines, response.BodyWriter))
        {
            var line = lines.Current;
            var stamp = timestamps ? line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z '") : "";
            var bytes = Encoding.UTF8.GetBytes(stamp + line.Text + "\n").AsMemory();
            if (bytes.Length > left) bytes = bytes[..(int)left];
            left -= bytes.Length;
            await response.BodyWriter.WriteAsync(bytes, request.Aborted);
        }

        await response.BodyWriter.FlushAsync(request.Aborted);
    }

    private static async Task<bool> FirstAsync(IAsyncEnumerator<PodLogLine> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (PodLogsUnavailableException none)
        {
            throw Refusals.BadRequest(none.Message);
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<PodLogLine> lines, System.IO.Pipelines.PipeWriter body)
    {
        var next = lines.MoveNextAsync();
        if (!next.IsCompleted) await body.FlushAsync();
        return await next;
    }

    private static string Container(ApiRequest request, System.Text.Json.Nodes.JsonObject pod)
    {
        var name = pod.Child("metadata").Text("name");
        var containers = pod.Child("spec").Objects("containers").Select(one => one.Text("name")!).ToList();
        var inits = pod.Child("spec").Objects("initContainers").Select(one => one.Text("name")!).ToList();
        if (request.Query("container") is { Length: > 0 } wanted)
            return containers.Contains(wanted) || inits.Contains(wanted)
                ? wanted
                : throw Refusals.BadRequest($"container {wanted} is not valid for pod {name}");

        if (containers.Count == 1) return containers[0];
        var initText = inits.Count > 0 ? $" or one of the init containers: [{string.Join(" ", inits)}]" : "";
        throw Refusals.BadRequest(
            $"a container name must be specified for pod {name}, choose one of: [{string.Join(" ", containers)}]{initText}");
    }

    private DateTimeOffset? Since(ApiRequest request)
    {
        if (Number(request, "sinceSeconds") is { } seconds)
            return seconds > 0 ? context.Time.GetUtcNow().AddSeconds(-seconds)
                : throw Invalid("sinceSeconds", $"Invalid value: {seconds}: must be greater than 0");
        if (request.Query("sinceTime") is not { Length: > 0 } text) return null;
        return DateTimeOffset.TryParse(text, out var time) ? time : throw Refusals.BadRequest($"invalid sinceTime: {text}");
    }

    private static int? Number(ApiRequest request, string key)
    {
        if (request.Query(key) is not { Length: > 0 } text) return null;
        return int.TryParse(text, out var number) ? number : throw Refusals.BadRequest($"{key}: invalid number: {text}");
    }

    private static ApiException Invalid(string field, string detail) =>
        new(new ApiStatus(422, "Invalid", $"PodLogOptions \"\" is invalid: {field}: {detail}")
        {
            Kind = "PodLogOptions",
            Causes = [new StatusCause("FieldValueInvalid", detail, field)],
        });
}
