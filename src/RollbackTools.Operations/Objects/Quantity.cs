using System.Globalization;

namespace RollbackTools.Operations.Objects;

/// <summary>resource.Quantity as a number: <c>500m</c>, <c>128Mi</c>, <c>1e3</c>.</summary>
internal static class Quantity
{
    private static readonly Dictionary<string, decimal> Units = new(StringComparer.Ordinal)
    {
        ["n"] = 1e-9m, ["u"] = 1e-6m, ["m"] = 1e-3m, [""] = 1, ["k"] = 1e3m, ["M"] = 1e6m, ["G"] = 1e9m, ["T"] = 1e12m, ["P"] = 1e15m, ["E"] = 1e18m,
        ["Ki"] = 1L << 10, ["Mi"] = 1L << 20, ["Gi"] = 1L << 30, ["Ti"] = 1L << 40, ["Pi"] = 1L << 50, ["Ei"] = 1L << 60,
    };

    /// <summary>Null when it is none, or beyond what a decimal holds.</summary>
    public static decimal? Parse(string text)
    {
        var digits = text.Length;
        while (digits > 0 && char.IsAsciiLetter(text[digits - 1])) digits--;
        // 1e3 and 1E3 end in digits; 5E is five exa.
        if (!Units.TryGetValue(text[digits..], out var unit)) return null;
        if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return null;
        try
        {
            return number * unit;
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
