using System.Text;
using System.Text.Json;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>A metav1.Status: why the server refused, in its own words.</summary>
internal sealed record ApiStatus
{
    private const int MaximumBytes = 64 * 1024;
    private const int MaximumCauses = 10;

    public int? Code { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary>The object's name, when it is one that is refused or missing.</summary>
    public string? Name { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>The beginning of a body that is not a Status (a proxy's page, plain text).</summary>
    public string? Text { get; init; }

    public static async Task<ApiStatus> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = new byte[MaximumBytes];
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var length = await stream.ReadAtLeastAsync(buffer, MaximumBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return Parse(buffer.AsMemory(0, length));
    }

    public static ApiStatus Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return Read(document.RootElement);
        }
        catch (JsonException)
        {
            // Not a Status; said as text.
        }

        var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 300)]).Trim();
        // A page is for browsers: its first line says nothing.
        return new ApiStatus { Text = text.StartsWith('<') || text.Length == 0 ? null : text };
    }

    public static ApiStatus Read(JsonElement status)
    {
        var details = status.TryGetProperty("details", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        return new ApiStatus
        {
            Code = Number(status, "code"),
            Reason = String(status, "reason"),
            Message = String(status, "message"),
            Name = String(details, "name"),
            RetryAfterSeconds = Number(details, "retryAfterSeconds"),
            Causes = ReadCauses(details),
        };
    }

    private static List<string> ReadCauses(JsonElement details)
    {
        if (details.ValueKind != JsonValueKind.Object || !details.TryGetProperty("causes", out var causes)) return [];
        if (causes.ValueKind != JsonValueKind.Array) return [];
        return causes.EnumerateArray().Where(cause => cause.ValueKind == JsonValueKind.Object).Take(MaximumCauses)
            .Select(Describe).Where(text => text.Length > 0).ToList();
    }

    private static string Describe(JsonElement cause) =>
        string.Join(": ", new[] { String(cause, "field"), String(cause, "message") ?? String(cause, "reason") }.OfType<string>());

    private static string? String(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;

    private static int? Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
