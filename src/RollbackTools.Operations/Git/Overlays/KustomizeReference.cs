using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>What a kustomization builds upon, as it is written there: <c>../../base</c>, <c>api.yaml</c>, <c>https://host/repo//path?ref=v1</c>.</summary>
internal static class KustomizeReference
{
    public static bool IsFile(string reference) => reference.EndsWith(".yaml", StringComparison.Ordinal) || reference.EndsWith(".yml", StringComparison.Ordinal)
        || reference.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>The path from the repository's root, as seen from a directory; null for another repository, and for what leaves this one.</summary>
    public static string? Resolve(string directory, string reference)
    {
        if (reference.Contains("://", StringComparison.Ordinal) || reference.Contains('?', StringComparison.Ordinal) || reference.StartsWith('/')
            || reference.StartsWith("git@", StringComparison.Ordinal) || reference.StartsWith("github.com/", StringComparison.Ordinal)) return null;
        List<string> parts = [.. directory.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var part in reference.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }

        try
        {
            return GitNames.Path(string.Join('/', parts));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
