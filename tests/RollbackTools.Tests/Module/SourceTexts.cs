using System.Text;

namespace RollbackTools.Tests.Module;

/// <summary>The texts in C# sources: each string literal, with <c>x</c> for what it interpolates. Raw literals are left out.</summary>
internal static class SourceTexts
{
    public static IEnumerable<string> Of(string source)
    {
        for (var at = 0; at < source.Length; at++)
        {
            if (At(source, at, "//")) at = source.IndexOf('\n', at) is var end and >= 0 ? end : source.Length;
            else if (At(source, at, "\"\"\"")) at = source.IndexOf("\"\"\"", at + 3, StringComparison.Ordinal) + 2;
            else if (source[at] == '\'') at += source[at + 1] == '\\' ? 3 : 2;
            else if (source[at] == '"')
            {
                var (text, behind) = Literal(source, at);
                yield return text;
                at = behind;
            }
        }
    }

    /// <summary>The text of the literal whose quote is at a place, and where its last quote is.</summary>
    private static (string Text, int End) Literal(string source, int quote)
    {
        var (interpolated, verbatim) = (Prefix(source, quote).Contains('$', StringComparison.Ordinal), Prefix(source, quote).Contains('@', StringComparison.Ordinal));
        StringBuilder text = new();
        for (var at = quote + 1; ; at++)
        {
            var c = source[at];
            if (c == '"' && verbatim && source[at + 1] == '"') at++;
            else if (c == '"') return (text.ToString(), at);
            else if (c == '\\' && !verbatim) at++;
            else if (interpolated && c is '{' or '}' && source[at + 1] == c) at++;
            else if (interpolated && c == '{')
            {
                at = EndOfHole(source, at);
                c = 'x';
            }

            text.Append(c);
        }
    }

    private static int EndOfHole(string source, int brace)
    {
        for (var (at, depth) = (brace, 0); ; at++)
        {
            if (source[at] == '"') at = Literal(source, at).End;
            else if (source[at] == '{') depth++;
            else if (source[at] == '}' && --depth == 0) return at;
        }
    }

    private static string Prefix(string source, int quote) => source[Math.Max(0, quote - 2)..quote];

    private static bool At(string source, int at, string what) => string.CompareOrdinal(source, at, what, 0, what.Length) == 0;
}
