using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Recorder;

/// <summary>Plays stories against a server, each in a namespace of its own that is deleted afterwards.</summary>
public sealed partial class Player(Server server)
{
    private const string Namespaces = "/api/v1/namespaces";

    private static readonly string[] HeadersThatMatter = ["Content-Type", "Retry-After", "Warning", "Allow"];

    private static readonly JsonSerializerOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    /// <summary>The normalised answers, one a step. Throws <see cref="TimeoutException"/> when what a step waits for does not come.</summary>
    public async Task<IReadOnlyList<Answer>> PlayAsync(Story story, CancellationToken cancellation)
    {
        var ns = $"recordings-{Guid.NewGuid():N}"[..24];
        Dictionary<string, string> kept = new() { ["namespace"] = ns };
        Normalizer normalizer = new(ns, await UserAsync(cancellation));
        await DoAsync(HttpMethod.Post, Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } }, cancellation);
        try
        {
            List<Answer> answers = [];
            foreach (var step in story.Steps) answers.Add(await PlayAsync(step, kept, normalizer, cancellation));
            return answers;
        }
        finally
        {
            foreach (var path in (story.Cleanup ?? []).Append($"{Namespaces}/{{namespace}}"))
                (await server.Http.DeleteAsync(Fill(path, kept), CancellationToken.None)).Dispose();
        }
    }

    private async Task<Answer> PlayAsync(Step step, Dictionary<string, string> kept, Normalizer normalizer, CancellationToken cancellation)
    {
        var (status, headers, body) = await AnswerAsync(step, kept, cancellation);
        var watch = step.Request.Query is { } query && query.Contains("watch=", StringComparison.Ordinal) && status == HttpStatusCode.OK;
        var json = headers.GetValueOrDefault("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) == true;
        var parsed = json && !watch ? JsonNode.Parse(body) : null;
        foreach (var (name, path) in step.Keep ?? new Dictionary<string, string>())
        {
            kept[name] = At(parsed, path)?.ToString() ?? throw new InvalidDataException($"The answer to {step.Request.Path} has no {path}: {body}");
            if (path == "metadata.name") normalizer.Call(kept[name], $"{{{name}}}");
        }

        return new Answer
        {
            Status = (int)status,
            Headers = headers.ToDictionary(pair => pair.Key, pair => normalizer.Text(pair.Value)),
            Body = normalizer.Apply(parsed),
            Events = watch ? new JsonArray([.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => normalizer.Apply(JsonNode.Parse(line)))]) : null,
            Text = json ? null : normalizer.Text(body),
        };
    }

    private async Task<(HttpStatusCode Status, SortedDictionary<string, string> Headers, string Body)> AnswerAsync(
        Step step, Dictionary<string, string> kept, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        var (body, before) = ("", "");
        try
        {
            while (true)
            {
                before = body;
                using var message = Message(step.Request, kept);
                using var response = await server.Http.SendAsync(message, limit.Token);
                body = await response.Content.ReadAsStringAsync(limit.Token);
                var held = step.Until is null || Holds(step.Until, body);
                if (held && (step.Settled != true || body == before)) return (response.StatusCode, Headers(response), body);
                await Task.Delay(TimeSpan.FromMilliseconds(held ? 500 : 30), limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{step.Request.Path} does not become {step.Until?.ToJsonString()}: {body}");
        }
    }

    private static HttpRequestMessage Message(Request request, Dictionary<string, string> kept)
    {
        var query = request.Query is { } text ? "?" + string.Join("&", Fill(text, kept).Split('&').Select(Escape)) : "";
        HttpRequestMessage message = new(new HttpMethod(request.Method), Fill(request.Path, kept) + query);
        var type = "application/json";
        foreach (var (name, value) in request.Headers ?? new Dictionary<string, string>())
        {
            if (name == "Content-Type") type = value;
            else message.Headers.TryAddWithoutValidation(name, value);
        }

        if ((request.Text ?? request.Body?.ToJsonString(AsItIs)) is not { } body) return message;
        if (request.Padding is { } padding) body = body.Replace("{padding}", new string('x', padding), StringComparison.Ordinal);
        message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(body, kept)));
        message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return message;
    }

    private static string Escape(string pair)
    {
        var parts = pair.Split('=', 2);
        return parts.Length == 1 ? Uri.EscapeDataString(parts[0]) : $"{parts[0]}={Uri.EscapeDataString(parts[1])}";
    }

    private static string Fill(string text, Dictionary<string, string> kept) =>
        Name().Replace(text, match => kept.GetValueOrDefault(match.Groups[1].Value, match.Value));

    private static SortedDictionary<string, string> Headers(HttpResponseMessage response)
    {
        SortedDictionary<string, string> headers = new(StringComparer.Ordinal);
        foreach (var name in HeadersThatMatter)
            if (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values))
                headers[name] = string.Join(", ", values);
        return headers;
    }

    private static bool Holds(JsonObject until, string body)
    {
        JsonNode? answer;
        try
        {
            answer = JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            // Text: what is waited for is not there yet.
            return false;
        }

        return until.All(pair => JsonNode.DeepEquals(At(answer, pair.Key), pair.Value));
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
        {
            node = node switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, out var at) && at < list.Count => list[at],
                JsonArray list when step == "length" => JsonValue.Create(list.Count),
                _ => null,
            };
        }

        return node;
    }

    private async Task<string> UserAsync(CancellationToken cancellation)
    {
        var review = await DoAsync(HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "SelfSubjectReview",
        }, cancellation);
        return At(review, "status.userInfo.username")!.ToString();
    }

    private async Task<JsonNode?> DoAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellation)
    {
        using HttpRequestMessage message = new(method, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        using var response = await server.Http.SendAsync(message, cancellation);
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation));
    }

    [GeneratedRegex(@"\{([A-Za-z]+)\}")]
    private static partial Regex Name();
}
