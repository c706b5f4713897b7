using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>One entry of <c>details.causes</c>.</summary>
public sealed record StatusCause(string Reason, string Message, string Field);

/// <summary>A metav1.Status: what every refusal, and a few successes, are answered with.</summary>
public sealed record ApiStatus(int Code, string Reason, string Message)
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    /// <summary>details.kind: the plural for most refusals, the Kind for invalid objects.</summary>
    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>metadata.continue of an expired page.</summary>
    public string? Continue { get; init; }

    public static ApiStatus Success(string name, string group, string plural, string? uid) =>
        new(200, "", "") { Name = name, Group = group, Kind = plural, Uid = uid };

    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json);
        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, "Status"u8);
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteStartObject("metadata"u8);
        if (Continue is not null) json.WriteString("continue"u8, Continue);
        json.WriteEndObject();
        json.WriteString("status"u8, Code < 400 ? "Success"u8 : "Failure"u8);
        if (Message.Length > 0) json.WriteString("message"u8, Message);
        if (Reason.Length > 0) json.WriteString("reason"u8, Reason);
        WriteDetails(json);
        if (Code >= 400) json.WriteNumber("code"u8, Code);
        json.WriteEndObject();
    }

    private void WriteDetails(Utf8JsonWriter json)
    {
        if (Name is null && Kind is null && Causes.Count == 0 && RetryAfterSeconds is null) return;
        json.WriteStartObject("details"u8);
        if (!string.IsNullOrEmpty(Name)) json.WriteString("name"u8, Name);
        if (!string.IsNullOrEmpty(Group)) json.WriteString("group"u8, Group);
        if (!string.IsNullOrEmpty(Kind)) json.WriteString("kind"u8, Kind);
        if (Uid is not null) json.WriteString("uid"u8, Uid);
        if (Causes.Count > 0)
        {
            json.WriteStartArray("causes"u8);
            foreach (var cause in Causes)
            {
                json.WriteStartObject();
                if (cause.Reason.Length > 0) json.WriteString("reason"u8, cause.Reason);
                json.WriteString("message"u8, cause.Message);
                if (cause.Field.Length > 0) json.WriteString("field"u8, cause.Field);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (RetryAfterSeconds is { } seconds) json.WriteNumber("retryAfterSeconds"u8, seconds);
        json.WriteEndObject();
    }
}

/// <summary>Ends a request with a Status.</summary>
public sealed class ApiException(ApiStatus status) : Exception(status.Message)
{
    public ApiStatus Status { get; } = status;
}
