namespace RollbackTools.Operations.Git.Overlays;

/// <summary>The difference of two texts as git diff shows it. Changes lie close together here, so one hunk holds them all.</summary>
internal static class TextDiff
{
    private const int Context = 3;

    public static string Unified(string path, string before, string after)
    {
        if (before == after) return "";
        var (old, now) = (Lines(before), Lines(after));
        var start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start]) start++;
        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)]) end++;
        var from = Math.Max(0, start - Context);
        var tail = Math.Min(end, Context);
        IEnumerable<string> lines =
        [
            $"--- a/{path}", $"+++ b/{path}",
            $"@@ -{from + 1},{old.Length - end + tail - from} +{from + 1},{now.Length - end + tail - from} @@",
            .. old[from..start].Select(line => " " + line),
            .. old[start..(old.Length - end)].Select(line => "-" + line),
            .. now[start..(now.Length - end)].Select(line => "+" + line),
            .. old[(old.Length - end)..(old.Length - end + tail)].Select(line => " " + line),
        ];
        return string.Join('\n', lines);
    }

    private static string[] Lines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
