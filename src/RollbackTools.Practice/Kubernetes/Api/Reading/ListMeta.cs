using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>metav1.ListMeta.</summary>
internal sealed record ListMeta(long Version, string? Continue = null, long? Remaining = null)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata"u8);
        json.WriteString("resourceVersion"u8, Version.ToString());
        if (Continue is not null) json.WriteString("continue"u8, Continue);
        if (Remaining is { } left) json.WriteNumber("remainingItemCount"u8, left);
        json.WriteEndObject();
    }
}
