namespace RollbackTools.Integrations.Yaml;

/// <summary>Finds what was probably meant by a mistyped name.</summary>
internal static class NearestName
{
    /// <summary>The candidate fewest edits away, or null when none is near (a third of its length).</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > 100) return null;
        var best = candidates.Where(candidate => candidate.Length <= 100)
            .Select(candidate => (candidate, distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(pair => pair.distance).FirstOrDefault();
        return best.candidate is { } nearest && best.distance <= Math.Max(1, nearest.Length / 3) ? nearest : null;
    }

    // Levenshtein, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
