namespace RollbackTools.Practice.ImageUpdater;

/// <summary>
/// Go's <c>filepath.Match</c>: <c>*</c> and <c>?</c> stop at a slash, <c>[a-z]</c> and <c>[^a-z]</c> are classes, a backslash escapes.
/// The whole text must match. A pattern that is none matches nothing.
/// </summary>
internal static class GlobPattern
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (pattern.Length > 0)
        {
            switch (pattern[0])
            {
                case '*':
                    return MatchesStar(pattern.TrimStart('*'), text);
                case '?':
                    if (text.Length == 0 || text[0] == '/') return false;
                    pattern = pattern[1..];
                    break;
                case '[':
                    if (text.Length == 0 || !InClass(ref pattern, text[0])) return false;
                    break;
                default:
                    if (pattern[0] == '\\' && (pattern = pattern[1..]).Length == 0) return false;
                    if (text.Length == 0 || text[0] != pattern[0]) return false;
                    pattern = pattern[1..];
                    break;
            }

            text = text[1..];
        }

        return text.Length == 0;
    }

    private static bool MatchesStar(ReadOnlySpan<char> rest, ReadOnlySpan<char> text)
    {
        for (var taken = 0; taken <= text.Length; taken++)
        {
            if (taken > 0 && text[taken - 1] == '/') return false;
            if (Matches(rest, text[taken..])) return true;
        }

        return false;
    }

    /// <summary>Takes a class off the pattern.</summary>
    private static bool InClass(ref ReadOnlySpan<char> pattern, char c)
    {
        pattern = pattern[1..];
        var negated = pattern.Length > 0 && pattern[0] == '^';
        if (negated) pattern = pattern[1..];
        var inside = false;
        for (var first = true; first || (pattern.Length > 0 && pattern[0] != ']'); first = false)
        {
            if (!TryTake(ref pattern, out var low)) return false;
            var high = low;
            if (pattern.Length > 0 && pattern[0] == '-')
            {
                pattern = pattern[1..];
                if (!TryTake(ref pattern, out high)) return false;
            }

            inside |= low <= c && c <= high;
        }

        if (pattern.Length == 0) return false;
        pattern = pattern[1..];
        return inside != negated;
    }

    private static bool TryTake(ref ReadOnlySpan<char> pattern, out char c)
    {
        c = default;
        if (pattern.Length > 0 && pattern[0] == '\\') pattern = pattern[1..];
        else if (pattern.Length == 0 || pattern[0] is '-' or ']') return false;
        if (pattern.Length == 0) return false;
        c = pattern[0];
        pattern = pattern[1..];
        return true;
    }
}
