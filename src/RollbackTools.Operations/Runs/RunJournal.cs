using System.Text.Json;
using System.Threading.Channels;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// The writing end of one run's journal: JSON lines, each on disk (fsync) before <see cref="AppendAsync"/> returns. Lines that
/// arrive together share one fsync, so a fleet is not slowed to the disk's pace.
/// </summary>
public sealed class RunJournal : IAsyncDisposable
{
    private readonly FileStream file;
    private readonly FileStream holder;
    private readonly TimeProvider time;
    private readonly JournalFormat format;
    private readonly Action<int>? appended;
    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writing;
    private int lines;

    private RunJournal(string path, FileStream file, FileStream holder, int lines, TimeProvider time, JournalFormat format, Action<int>? appended)
    {
        (Path, this.file, this.holder, this.lines, this.time, this.format, this.appended) = (path, file, holder, lines, time, format, appended);
        writing = Task.Run(WriteAsync);
    }

    public string Path { get; }

    /// <summary>
    /// Opens for appending, and holds the run: another process that tries gets <see cref="RollbackException"/> (RunInUse).
    /// The hold ends with the process, however it ends.
    /// </summary>
    internal static RunJournal Open(string path, string runId, TimeProvider time, JournalFormat format, Action<int>? appended)
    {
        var holder = Hold(path) ?? throw new RollbackException("RunInUse", $"Run {runId} is being worked on by another process on this machine.")
        {
            Target = runId,
            NextStep = $"Get-RollbackRun {runId}",
        };
        try
        {
            var existing = File.Exists(path) ? RunStore.ReadLines(path, format) : [];
            var file = new FileStream(path, RunStore.PrivateFile(FileMode.OpenOrCreate));
            // A line cut short by a kill is not a line: what follows must not be glued to it.
            file.SetLength(existing.Sum(line => line.Bytes));
            file.Seek(0, SeekOrigin.End);
            return new RunJournal(path, file, holder, existing.Count, time, format, appended);
        }
        catch
        {
            holder.Dispose();
            throw;
        }
    }

    /// <summary>The exclusive hold on a run, or null when somebody has it.</summary>
    internal static FileStream? Hold(string path)
    {
        try
        {
            return new FileStream(path + ".hold", RunStore.PrivateFile(FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException) when (File.Exists(path + ".hold"))
        {
            return null;
        }
    }

    /// <summary>Returns once the line is on disk. Lines keep the order of the calls.</summary>
    public async Task AppendAsync(RunLine line)
    {
        Pending pending = new(JsonSerializer.SerializeToUtf8Bytes(line with { At = time.GetUtcNow() }, format.Line));
        if (!queue.Writer.TryWrite(pending)) throw new ObjectDisposedException(nameof(RunJournal));
        await pending.Written.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
        // The name goes before the hold does: whoever opens it afterwards makes a new one.
        File.Delete(holder.Name);
        await holder.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        List<Pending> batch = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (queue.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                foreach (var pending in batch)
                {
                    file.Write(pending.Line);
                    file.WriteByte((byte)'\n');
                    if (appended is null) continue;
                    file.Flush(flushToDisk: true);
                    appended(++lines);
                }

                file.Flush(flushToDisk: true);
                batch.ForEach(pending => pending.Written.SetResult());
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                // No record, no change: the step that waits for this line fails before it acts.
                RollbackException failure = new("JournalNotWritten", $"The run's journal {Path} cannot be written: {full.Message}", full)
                {
                    NextStep = "Free space there, or set ROLLBACKTOOLS_STATE to another directory.",
                };
                batch.ForEach(pending => pending.Written.TrySetException(failure));
            }
        }
    }

    private sealed record Pending(byte[] Line)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
