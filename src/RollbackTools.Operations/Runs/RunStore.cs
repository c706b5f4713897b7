using System.Security.Cryptography;
using System.Text.Json;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// The journals of this user on this machine: one <c>&lt;run id&gt;.jsonl</c> a run, readable by nobody else.
/// </summary>
public sealed class RunStore(string directory, TimeProvider time, JournalFormat format)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    /// <summary>Tells the drills' fault injection how many lines are on disk.</summary>
    internal Action<int>? Appended { get; init; }

    public string Directory => directory;

    /// <summary>
    /// $ROLLBACKTOOLS_STATE, else $XDG_STATE_HOME/rollbacktools, else ~/.local/state/rollbacktools (on Windows
    /// %LOCALAPPDATA%\RollbackTools).
    /// </summary>
    public static string DefaultDirectory()
    {
        if (Environment.GetEnvironmentVariable("ROLLBACKTOOLS_STATE") is { Length: > 0 } chosen) return chosen;
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "RollbackTools", "runs");
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "rollbacktools", "runs");
    }

    /// <summary>
    /// Every run that can be read, newest first. A journal that cannot (damaged, or of a newer version of this module) must not hide
    /// the others: <paramref name="unreadable"/> is told why.
    /// </summary>
    public IReadOnlyList<RunRecord> List(Action<RollbackException>? unreadable = null)
    {
        List<RunRecord> runs = [];
        foreach (var file in Files())
        {
            try
            {
                if (ReadRecord(file) is { } run) runs.Add(run);
            }
            catch (RollbackException damaged)
            {
                unreadable?.Invoke(damaged);
            }
        }

        return [.. runs.OrderByDescending(run => run.StartedAt)];
    }

    /// <summary>
    /// Runs of the same operation in the same estate that were cut off within the last week, newest first; not those whose targets a later run has finished.
    /// </summary>
    internal IReadOnlyList<RunRecord> CutOff(RunHeader header)
    {
        var oldest = $"{time.GetUtcNow() - Remembered:yyyyMMdd-HHmmss}";
        List<RunRecord> runs = [];
        foreach (var file in Files().Where(file => string.CompareOrdinal(Path.GetFileName(file), oldest) > 0))
        {
            try
            {
                if (ReadRecord(file) is { } run && run.Operation == header.Operation && run.Estate == header.Estate) runs.Add(run);
            }
            catch (RollbackException)
            {
                // A damaged record is for whoever lists them.
            }
        }

        return [.. runs.Where(run => run.State == RunState.Interrupted && !run.Targets.All(target => runs.Exists(later => later.StartedAt > run.StartedAt
            && later.State is RunState.Succeeded or RunState.Undone && later.Targets.Any(target.SameAs)))).OrderByDescending(run => run.StartedAt)];
    }

    /// <summary>One run by its id or the beginning of it. Throws <see cref="RollbackException"/> RunNotFound or AmbiguousRun.</summary>
    public RunRecord Read(string runId) =>
        ReadRecord(Find(runId)) ?? throw new RollbackException("RunUnreadable", $"The journal of run {runId} holds no readable first line.")
        {
            Target = runId,
            NextStep = $"Look at {Find(runId)}",
        };

    /// <summary>How a run reached its estate, by its id or the beginning of it; null when no readable journal says so.</summary>
    public EstateOptions? ConnectionOf(string runId)
    {
        try
        {
            return ReadLines(Find(runId), format) is [var (first, _), ..] ? first.Run?.Connection : null;
        }
        catch (RollbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// The newest run on record about a target of that estate, if it was cut off: whoever asks again for the same may want that one
    /// finished. Looks at the last hundred runs.
    /// </summary>
    internal RunRecord? Unfinished(string estate, RunTarget target)
    {
        foreach (var file in Files().OrderDescending(StringComparer.Ordinal).Take(100))
        {
            try
            {
                if (ReadRecord(file) is { } run && run.Estate == estate && run.Targets.Any(target.SameAs))
                    return run.State == RunState.Interrupted ? run : null;
            }
            catch (RollbackException)
            {
                // One that cannot be read is said by Get-RollbackRun.
            }
        }

        return null;
    }

    /// <summary>A new run's id: sorts by time, and short enough to say on the phone.</summary>
    internal string NewId() => $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(2)).ToLowerInvariant()}";

    internal RunJournal Open(string runId)
    {
        try
        {
            if (OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(directory);
            else System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return RunJournal.Open(Path.Combine(directory, runId + ".jsonl"), runId, time, format, Appended);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RollbackException("StateNotWritable",
                $"Nothing was changed, because the run's record cannot be written to {directory}: {refused.Message}", refused)
            {
                Target = directory,
                NextStep = "Make that directory writable, or name another one: $env:ROLLBACKTOOLS_STATE = '<directory>'",
            };
        }
    }

    internal IReadOnlyList<RunLine> Lines(string runId) => [.. ReadLines(Find(runId), format).Select(line => line.Line)];

    internal static FileStreamOptions PrivateFile(FileMode mode, FileShare share = FileShare.Read)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>The whole lines of a journal; a last line without its end was never finished and is left out.</summary>
    internal static IReadOnlyList<(RunLine Line, int Bytes)> ReadLines(string path, JournalFormat format)
    {
        List<(RunLine, int)> lines = [];
        byte[] bytes;
        using (FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }

        var start = 0;
        while (bytes.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length)
        {
            try
            {
                var line = JsonSerializer.Deserialize(bytes.AsSpan(start, length), format.Line);
                if (line is not null) lines.Add((line, length + 1));
            }
            catch (JsonException damaged)
            {
                throw new RollbackException("RunUnreadable", $"Line {lines.Count + 1} of {path} is not a journal line that this version knows: {damaged.Message}", damaged)
                {
                    Target = Path.GetFileNameWithoutExtension(path),
                    NextStep = $"Look at {path}; move it away to go on without it.",
                };
            }

            start += length + 1;
        }

        return lines;
    }

    private string Find(string runId)
    {
        var matches = Files().Where(file => Path.GetFileNameWithoutExtension(file).StartsWith(runId, StringComparison.Ordinal)).ToList();
        var exact = matches.Find(file => Path.GetFileNameWithoutExtension(file) == runId);
        return (exact, matches.Count) switch
        {
            (not null, _) => exact,
            (_, 1) => matches[0],
            (_, 0) => throw new RollbackException("RunNotFound", $"There is no run '{runId}' in {directory}.")
            {
                Target = runId,
                NextStep = "Get-RollbackRun",
            },
            _ => throw new RollbackException("AmbiguousRun",
                $"'{runId}' begins the ids of {matches.Count} runs: {string.Join(", ", matches.Select(Path.GetFileNameWithoutExtension).Take(5))}.")
            {
                Target = runId,
                NextStep = "Write more of the id.",
            },
        };
    }

    private IEnumerable<string> Files() =>
        System.IO.Directory.Exists(directory) ? System.IO.Directory.EnumerateFiles(directory, "*.jsonl") : [];

    private RunRecord? ReadRecord(string path)
    {
        var lines = ReadLines(path, format);
        return lines.Count == 0 ? null : RunSummary.Of(path, [.. lines.Select(line => line.Line)], IsHeld(path));
    }

    private static bool IsHeld(string path)
    {
        if (!File.Exists(path + ".hold")) return false;
        using var hold = RunJournal.Hold(path);
        return hold is null;
    }
}
