using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>intstr.IntOrString: a count, or a percentage of one.</summary>
internal static class IntOrPercent
{
    public static int Resolve(JsonNode? value, int of, bool roundUp, int otherwise)
    {
        if (value.Number() is { } count) return count;
        if (value.Text() is not { } text || !text.EndsWith('%') || !int.TryParse(text[..^1], out var percent)) return otherwise;
        var exact = of * percent / 100.0;
        return (int)(roundUp ? Math.Ceiling(exact) : Math.Floor(exact));
    }
}
