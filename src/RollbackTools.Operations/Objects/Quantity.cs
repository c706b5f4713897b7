using System.Globalization;
using System.Numerics;

namespace RollbackTools.Operations.Objects;

/// <summary>A Kubernetes resource quantity by its value: <c>1000m</c> is <c>1</c>, and <c>1024Mi</c> is <c>1Gi</c>.</summary>
internal static class Quantity
{
    private const int LongestExponent = 40;

    private static readonly Dictionary<string, BigInteger> Binary = new()
    {
        ["Ki"] = BigInteger.Pow(2, 10), ["Mi"] = BigInteger.Pow(2, 20), ["Gi"] = BigInteger.Pow(2, 30),
        ["Ti"] = BigInteger.Pow(2, 40), ["Pi"] = BigInteger.Pow(2, 50), ["Ei"] = BigInteger.Pow(2, 60),
    };

    private static readonly Dictionary<string, int> Decimal = new()
    {
        ["n"] = -9, ["u"] = -6, ["m"] = -3, [""] = 0, ["k"] = 3, ["M"] = 6, ["G"] = 9, ["T"] = 12, ["P"] = 15, ["E"] = 18,
    };

    /// <summary>The same text for the same value; a text that is no quantity is itself.</summary>
    public static string Canonical(string text)
    {
        if (Read(text) is not var (mantissa, exponent)) return text;
        while (!mantissa.IsZero && mantissa % 10 == 0) (mantissa, exponent) = (mantissa / 10, exponent + 1);
        return mantissa.IsZero ? "0" : string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{exponent}");
    }

    /// <summary>Below 0 when the first is less, 0 when both are the same, above 0 when it is more; null when one is no quantity.</summary>
    public static int? Compare(string one, string other)
    {
        if (Read(one) is not var (first, exponent) || Read(other) is not var (second, otherExponent)) return null;
        var least = Math.Min(exponent, otherExponent);
        return (first * BigInteger.Pow(10, exponent - least)).CompareTo(second * BigInteger.Pow(10, otherExponent - least));
    }

    // The value is the mantissa times ten to the exponent.
    private static (BigInteger Mantissa, int Exponent)? Read(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c is '.' or '-' or '+').Count();
        var (number, suffix) = (text[..digits], text[digits..]);
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : number.Length - point - 1;
        if (!BigInteger.TryParse(point < 0 ? number : number.Remove(point, 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var mantissa)) return null;
        if (Binary.TryGetValue(suffix, out var factor)) return (mantissa * factor, -places);
        if (Decimal.TryGetValue(suffix, out var power)) return (mantissa, power - places);
        // 1e3 and 1E3; 5E is five exa.
        return suffix[0] is 'e' or 'E' && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power)
            && Math.Abs(power) <= LongestExponent ? (mantissa, power - places) : null;
    }
}
