using System.Globalization;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>Amounts such as <c>500m</c> and <c>1Gi</c>, as numbers.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("m", 1e-3m),
    ];

    /// <summary>The amount; nothing when it is none.</summary>
    public static decimal Of(JsonNode? amount)
    {
        var text = amount?.ToString() ?? "0";
        var (suffix, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal), ("", 1));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * factor : 0;
    }
}
