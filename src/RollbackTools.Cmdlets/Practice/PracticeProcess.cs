using System.Diagnostics;
using System.Runtime.InteropServices;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Starts practice estates, finds those that run, and ends them: only processes that are provably ours.</summary>
internal static class PracticeProcess
{
    /// <summary>A start time is counted in clock ticks since boot, and the clock is corrected meanwhile.</summary>
    private static readonly TimeSpan StartTimeTolerance = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    /// <summary>Beside the run records: this user's ready files, one per estate that runs.</summary>
    public static string FolderOf(RunStore runs) => Path.Combine(runs.Directory, "practice");

    /// <summary>Those that run. What dead ones left behind is tidied away.</summary>
    public static IReadOnlyList<PracticeEstate> Running(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        List<PracticeEstate> running = [];
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (PracticeReady.Read(file)?.ToEstate(file) is not { } estate) continue;
            using var process = Find(estate);
            if (process is not null) running.Add(estate);
            else File.Delete(file);
        }

        return running;
    }

    /// <summary>Starts one and waits until it answers. If it does not, nothing of it is left running.</summary>
    public static async Task<PracticeEstate> StartAsync(
        string estate, string folder, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var readyFile = Path.Combine(folder, $"{estate}-{Guid.NewGuid():N}.json");
        using Process process = new() { StartInfo = PracticeProgram.Command(estate, readyFile) };
        LastLines said = new(20);
        process.OutputDataReceived += said.Add;
        process.ErrorDataReceived += said.Add;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return await WaitUntilReadyAsync(process, estate, readyFile, said, timeout, time, cancellation);
        }
        catch
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            File.Delete(readyFile);
            throw;
        }
    }

    /// <summary>Asks it to end, and insists after <paramref name="patience"/>. False when it was gone already.</summary>
    public static async Task<bool> StopAsync(PracticeEstate estate, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var process = Find(estate);
        if (estate.ReadyFile.Length > 0) File.Delete(estate.ReadyFile);
        if (process is null) return false;

        if (!OperatingSystem.IsWindows()) _ = Signal(process.Id, 15); // SIGTERM; elsewhere the deleted file says it.
        using CancellationTokenSource insist = new(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(insist.Token, cancellation);
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (insist.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancellation);
        }

        return true;
    }

    /// <summary>The estate's process; null when it is gone, or its id is somebody else's by now.</summary>
    private static Process? Find(PracticeEstate estate)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(estate.ProcessId);
            var started = new DateTimeOffset(process.StartTime);
            if ((started - estate.StartedAt).Duration() <= StartTimeTolerance && !process.HasExited) return process;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // No such process, or none we may look at: not ours either way.
        }

        process?.Dispose();
        return null;
    }

    private static async Task<PracticeEstate> WaitUntilReadyAsync(
        Process process, string estate, string readyFile, LastLines said, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        var startedAt = time.GetTimestamp();
        while (time.GetElapsedTime(startedAt) < timeout)
        {
            if (PracticeReady.Read(readyFile) is { } ready) return ready.ToEstate(readyFile);
            if (process.HasExited)
            {
                await process.WaitForExitAsync(cancellation); // Its last words, too.
                throw Died(estate, process.ExitCode, said.ToString());
            }

            await Task.Delay(Poll, time, cancellation);
        }

        throw new RollbackException("PracticeNotReady", $"The practice estate '{estate}' was not ready within {timeout.TotalSeconds:0} seconds. It said: {said}") { Target = estate };
    }

    private static RollbackException Died(string estate, int exitCode, string said) =>
        // 0x80008096, or its low byte: the host found no framework to run it on.
        exitCode is 150 or unchecked((int)0x80008096) || said.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal)
            ? PracticeProgram.RuntimeMissing(said, null)
            : new RollbackException("PracticeFailed", $"The practice estate '{estate}' ended with exit code {exitCode}. It said: {said}") { Target = estate };

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int processId, int signal);

    private sealed class LastLines(int most)
    {
        private readonly Queue<string> lines = new();

        public void Add(object sender, DataReceivedEventArgs line)
        {
            if (string.IsNullOrWhiteSpace(line.Data)) return;
            lock (lines)
            {
                lines.Enqueue(line.Data);
                if (lines.Count > most) lines.Dequeue();
            }
        }

        public override string ToString()
        {
            lock (lines) return lines.Count == 0 ? "(nothing)" : string.Join(Environment.NewLine, lines);
        }
    }
}
