using System.Buffers;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>The request bodies we build ourselves.</summary>
internal static class WireBodies
{
    public const string Json = "application/json";

    /// <summary>An object with its apiVersion and kind, which the typed records leave to their <see cref="Resource{T}"/>.</summary>
    public static ReadOnlyMemory<byte> Object<T>(Resource<T> resource, T body) where T : class
    {
        var element = JsonSerializer.SerializeToElement(body, resource.Json);
        return Write(json =>
        {
            json.WriteString("apiVersion", resource.ApiVersion);
            json.WriteString("kind", resource.Kind);
            foreach (var property in element.EnumerateObject())
            {
                if (property.Name is not ("apiVersion" or "kind")) property.WriteTo(json);
            }
        });
    }

    public static ReadOnlyMemory<byte> Delete(DeleteOptions options) => Write(json =>
    {
        json.WriteString("apiVersion", "v1");
        json.WriteString("kind", "DeleteOptions");
        if (options.GracePeriodSeconds is { } seconds) json.WriteNumber("gracePeriodSeconds", seconds);
        if (options.Propagation is { } propagation) json.WriteString("propagationPolicy", propagation.ToString());
        if (options.IfUid is not null || options.IfResourceVersion is not null)
        {
            json.WriteStartObject("preconditions");
            if (options.IfUid is not null) json.WriteString("uid", options.IfUid);
            if (options.IfResourceVersion is not null) json.WriteString("resourceVersion", options.IfResourceVersion);
            json.WriteEndObject();
        }

        if (!options.DryRun) return;
        json.WriteStartArray("dryRun");
        json.WriteStringValue("All");
        json.WriteEndArray();
    });

    public static ReadOnlyMemory<byte> AccessReview(AccessQuery query) => Write(json =>
    {
        json.WriteString("apiVersion", "authorization.k8s.io/v1");
        json.WriteString("kind", "SelfSubjectAccessReview");
        json.WriteStartObject("spec");
        json.WriteStartObject("resourceAttributes");
        json.WriteString("verb", query.Verb);
        json.WriteString("group", query.Group);
        json.WriteString("resource", query.Resource);
        if (query.Namespace is not null) json.WriteString("namespace", query.Namespace);
        if (query.Subresource is not null) json.WriteString("subresource", query.Subresource);
        if (query.Name is not null) json.WriteString("name", query.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public static async ValueTask<AccessDecision> ReadDecisionAsync(Stream body, CancellationToken cancellation)
    {
        using var document = await JsonDocument.ParseAsync(body, default, cancellation).ConfigureAwait(false);
        if (!document.RootElement.TryGetProperty("status", out var status)) throw new JsonException("there is no 'status'");
        var allowed = status.TryGetProperty("allowed", out var answer) && answer.ValueKind == JsonValueKind.True;
        return new AccessDecision(allowed, Text(status, "reason") ?? Text(status, "evaluationError"));
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
