using System.Globalization;
using System.Text.Json;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>The API's IntOrString where it is a number of pods: <c>1</c> or <c>"25%"</c>.</summary>
public static class IntOrPercent
{
    /// <summary>Pods out of <paramref name="total"/>; a percentage is rounded up or down. Null for what is absent or neither.</summary>
    public static int? Of(JsonElement? value, int total, bool roundUp)
    {
        if (value is not { } given) return null;
        if (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number)) return number;
        if (given.ValueKind != JsonValueKind.String || given.GetString() is not { } text || !text.EndsWith('%')) return null;
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)) return null;
        return (int)(roundUp ? Math.Ceiling(total * percent / 100.0) : Math.Floor(total * percent / 100.0));
    }
}
