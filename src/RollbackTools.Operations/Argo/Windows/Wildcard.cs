using System.Text;
using System.Text.RegularExpressions;

namespace RollbackTools.Operations.Argo.Windows;

/// <summary>Argo CD's globs: <c>*</c> and <c>?</c> match any characters, <c>[a-c]</c>, <c>[!a]</c> and <c>{a,b}</c> as in a shell.</summary>
internal static class Wildcard
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public static bool Matches(string pattern, string? text)
    {
        if (text is null) return false;
        try
        {
            return Regex.IsMatch(text, Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline, Patience);
        }
        catch (Exception odd) when (odd is ArgumentException or RegexMatchTimeoutException)
        {
            return pattern == text;
        }
    }

    private static string Translate(string pattern)
    {
        StringBuilder regex = new("^");
        var depth = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*': regex.Append(".*"); break;
                case '?': regex.Append('.'); break;
                case '\\' when i + 1 < pattern.Length: regex.Append(Regex.Escape(pattern[++i].ToString())); break;
                case '[' when pattern.IndexOf(']', i) is > 0 and var end:
                    var set = pattern[(i + 1)..end];
                    regex.Append(set.StartsWith('!') ? $"[^{Set(set[1..])}]" : $"[{Set(set)}]");
                    i = end;
                    break;
                case '{': depth++; regex.Append("(?:"); break;
                case '}' when depth > 0: depth--; regex.Append(')'); break;
                case ',' when depth > 0: regex.Append('|'); break;
                default: regex.Append(Regex.Escape(c.ToString())); break;
            }
        }

        return regex.Append('$').ToString();
    }

    private static string Set(string set) => set.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal);
}
