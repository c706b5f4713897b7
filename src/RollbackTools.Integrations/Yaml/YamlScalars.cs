using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RollbackTools.Integrations.Yaml;

/// <summary>
/// What a scalar means to go-yaml 2, which Helm and kubectl read manifests with: <c>yes</c> and <c>on</c> are true, <c>0644</c> is 420,
/// <c>1_000</c> is 1000, <c>12e3</c> is a number, a date is text, base 60 is text.
/// </summary>
internal static partial class YamlScalars
{
    public const string MergeTag = "tag:yaml.org,2002:merge";

    private const string Prefix = "tag:yaml.org,2002:";

    /// <summary>Null, text, bool, long, ulong or double. Throws <see cref="FormatException"/> when a tag says what the text cannot be.</summary>
    public static object? Resolve(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.IsNonSpecific ? Prefix + "str" : scalar.Tag.Value;
        if (tag is null) return scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value) : scalar.Value;
        var value = tag == Prefix + "str" ? scalar.Value : Plain(scalar.Value);
        return tag switch
        {
            Prefix + "str" => value,
            Prefix + "binary" => Binary(scalar),
            Prefix + "null" when value is null => null,
            Prefix + "bool" when value is bool => value,
            Prefix + "int" when value is long or ulong => value,
            Prefix + "float" when value is double => value,
            Prefix + "float" when value is long whole => (double)whole,
            Prefix + "timestamp" when value is string => value,
            Prefix + "null" or Prefix + "bool" or Prefix + "int" or Prefix + "float" or Prefix + "timestamp" =>
                throw new FormatException($"line {scalar.Start.Line}: a value is not of the type its tag names"),
            _ => scalar.Value,
        };
    }

    /// <summary>What a key becomes in JSON; null for a null, which cannot be one.</summary>
    public static string? Key(object? value) => value switch
    {
        null => null,
        bool truth => truth ? "true" : "false",
        double number => ((float)number).ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private static object? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        ".nan" or ".NaN" or ".NAN" => double.NaN,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
        "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
        _ => text[0] is (>= '0' and <= '9') or '+' or '-' or '.' ? Number(text) : text,
    };

    private static object Number(string text)
    {
        var plain = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        if (text[0] != '.' && Integer(plain) is { } whole) return whole;
        // Beyond a double's range go-yaml leaves it text.
        return FloatForm().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : text;
    }

    // Go's ParseInt with base 0: 0x, 0o, 0b, a leading 0 for octal; then ParseUint, which takes no sign.
    private static object? Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (Magnitude(digits) is not { } magnitude) return null;
        if (negative) return magnitude <= (ulong)long.MaxValue + 1 ? unchecked(-(long)magnitude) : null;
        if (magnitude <= long.MaxValue) return (long)magnitude;
        return text[0] == '+' ? null : magnitude;
    }

    private static ulong? Magnitude(string digits)
    {
        var (start, numberBase) = digits switch
        {
            ['0', 'x' or 'X', _, ..] => (2, 16u),
            ['0', 'o' or 'O', _, ..] => (2, 8u),
            ['0', 'b' or 'B', _, ..] => (2, 2u),
            ['0', _, ..] => (1, 8u),
            _ => (0, 10u),
        };
        if (digits.Length == 0) return null;
        UInt128 value = 0;
        foreach (var c in digits.AsSpan(start))
        {
            var digit = char.IsAsciiDigit(c) ? (uint)(c - '0') : char.IsAsciiHexDigit(c) ? (uint)((c | 0x20) - 'a' + 10) : 16;
            if (digit >= numberBase) return null;
            value = value * numberBase + digit;
            if (value > ulong.MaxValue) return null;
        }

        return (ulong)value;
    }

    private static string Binary(Scalar scalar)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(scalar.Value));
        }
        catch (FormatException error)
        {
            throw new FormatException($"line {scalar.Start.Line}: a !!binary value is not base64", error);
        }
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex FloatForm();
}
