namespace RollbackTools.Operations.Estate.Git;

/// <summary>What a Git host printed, as a sentence after an error's own.</summary>
public static class HostWords
{
    // A host says its reason first or last; some go on for pages in between.
    private const int Most = 20;

    /// <summary><c> The host said: …</c>, or nothing.</summary>
    public static string After(IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        IEnumerable<string> some = lines.Count <= Most ? lines : [.. lines.Take(Most / 2), "…", .. lines.TakeLast(Most / 2)];
        return lines.Count == 0 ? "" : $" The host said: {string.Join(' ', some)}";
    }
}
