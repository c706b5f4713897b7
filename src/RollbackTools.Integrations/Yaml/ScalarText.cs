using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace RollbackTools.Integrations.Yaml;

/// <summary>Writes a text as a YAML scalar that every YAML reader takes for text, in the style asked for where that is possible.</summary>
internal static partial class ScalarText
{
    public static string Write(string value, ScalarStyle style, bool inFlow) => style switch
    {
        ScalarStyle.SingleQuoted => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
        ScalarStyle.DoubleQuoted => Quoted(value),
        _ => IsSafePlain(value, inFlow) ? value : Quoted(value),
    };

    /// <summary>Whether a plain scalar is text to every YAML reader, and not a number, a truth, a date or nothing.</summary>
    public static bool IsText(string plain) => !LooksTyped().IsMatch(plain);

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsSafePlain(string value, bool inFlow) =>
        Plain().IsMatch(value) && !LooksTyped().IsMatch(value) && !(inFlow && value.Contains(':', StringComparison.Ordinal));

    // Images, tags and digests consist of these.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_./@:=+-]*(?<!:)$")]
    private static partial Regex Plain();

    // YAML 1.1 and 1.2 together: null, booleans, integers (also octal, hexadecimal, sexagesimal), floats (also 12e3), dates.
    [GeneratedRegex(
        @"^([-+]?[0-9][0-9_,]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.?[0-9][0-9_.]*([eE][-+]?[0-9]+)?|0[xob][0-9A-Fa-f_]+"
        + @"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[-+]?\.(inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
        + @"|null|true|false|yes|no|on|off|y|n|inf|nan|infinity)$", RegexOptions.IgnoreCase)]
    private static partial Regex LooksTyped();
}
