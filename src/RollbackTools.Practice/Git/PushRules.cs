namespace RollbackTools.Practice.Git;

/// <summary>
/// Which pushes a repository refuses: a real pre-receive hook that reads its rules from files beside it. Takes effect with the next
/// push.
/// </summary>
public sealed class PushRules
{
    // REMOTE_USER is set for pushes over HTTP with a name and a password; nobody else is anybody.
    private const string Hook = """
        #!/bin/sh
        if [ -f practice-refuses ]; then
          cat practice-refuses >&2
          exit 1
        fi
        [ -f practice-protects ] || exit 0
        refused=0
        while read -r old new ref; do
          while read -r protected allowed; do
            [ "$ref" = "$protected" ] || continue
            for user in $allowed; do
              [ -n "$REMOTE_USER" ] && [ "$user" = "$REMOTE_USER" ] && continue 2
            done
            echo "error: GH006: Protected branch update failed for $ref." >&2
            echo "error: Changes must be made through a pull request." >&2
            refused=1
          done < practice-protects
        done
        exit $refused

        """;

    private readonly string directory;
    private readonly SortedDictionary<string, string[]> branches = new(StringComparer.Ordinal);

    internal PushRules(string directory) => this.directory = directory;

    /// <summary>Nobody pushes to the branch but these users, who are known by their name over HTTP.</summary>
    public void Protect(string branch, params string[] allowed)
    {
        lock (branches) branches[branch] = allowed;
        Write();
    }

    public void Unprotect(string branch)
    {
        lock (branches) branches.Remove(branch);
        Write();
    }

    /// <summary>Every push fails with these words; null lets them through again.</summary>
    public void RefuseAll(string? words)
    {
        var file = Path.Combine(directory, "practice-refuses");
        if (words is null) File.Delete(file);
        else File.WriteAllText(file, words + "\n");
    }

    internal void Install()
    {
        var hook = Path.Combine(directory, "hooks", "pre-receive");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        File.WriteAllText(hook, Hook.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(hook, (UnixFileMode)0b111_101_101);
    }

    private void Write()
    {
        lock (branches)
        {
            var file = Path.Combine(directory, "practice-protects");
            if (branches.Count == 0) File.Delete(file);
            else File.WriteAllText(file, string.Concat(branches.Select(rule => $"refs/heads/{rule.Key} {string.Join(' ', rule.Value)}\n")));
        }
    }
}
