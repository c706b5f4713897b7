using System.ComponentModel;
using System.Diagnostics;

namespace RollbackTools.Integrations.Processes;

/// <summary>How a process ended. <see cref="Aborted"/>: its output was more than the reader takes.</summary>
internal sealed record ChildOutcome(int ExitCode, bool TimedOut, bool Aborted, TimeSpan Elapsed);

/// <summary>Reads one of a process's outputs to its end. Calls the action to have the process ended.</summary>
internal delegate Task OutputReader(Stream output, Action abort);

/// <summary>Runs a program without a shell and without our standard input, and leaves nothing of it running.</summary>
internal static class ChildProcess
{
    // A grandchild that outlives the process can hold its pipes open for ever.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Throws <see cref="Win32Exception"/> when the program cannot be started, and <see cref="OperationCanceledException"/> after
    /// ending the process when the token is cancelled.
    /// </summary>
    public static Task<ChildOutcome> RunAsync(
        ProcessStartInfo start, TimeSpan timeout, OutputReader output, OutputReader errors, TimeProvider time, CancellationToken cancellation) =>
        RunAsync(start, ReadOnlyMemory<byte>.Empty, timeout, output, errors, time, cancellation);

    /// <summary>As the other, with something to read on the program's standard input.</summary>
    public static async Task<ChildOutcome> RunAsync(
        ProcessStartInfo start, ReadOnlyMemory<byte> input, TimeSpan timeout, OutputReader output, OutputReader errors, TimeProvider time,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;

        using var process = new Process { StartInfo = start };
        using var limit = new CancellationTokenSource(timeout, time);
        using var abort = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token, abort.Token);
        var startedAt = time.GetTimestamp();
        process.Start();
        var reading = Task.WhenAll(
            WriteAsync(process, input, stop.Token),
            ReadAsync(output, process.StandardOutput.BaseStream, abort),
            ReadAsync(errors, process.StandardError.BaseStream, abort));
        try
        {
            await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await ProcessTree.EndAsync(process, time).ConfigureAwait(false);
        }

        await Task.WhenAny(reading, Task.Delay(LastOutput, time, CancellationToken.None)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return new ChildOutcome(process.ExitCode, limit.IsCancellationRequested, abort.IsCancellationRequested, time.GetElapsedTime(startedAt));
    }

    private static async Task ReadAsync(OutputReader read, Stream stream, CancellationTokenSource abort)
    {
        try
        {
            await read(stream, () =>
            {
                try
                {
                    abort.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The process has ended and been answered for already.
                }
            }).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The pipe was closed under the reader, at the latest by disposing the process: what was read so far counts.
        }
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            var stream = process.StandardInput.BaseStream;
            await using (stream.ConfigureAwait(false)) await stream.WriteAsync(input, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // It ended without reading all of it: its exit says the rest.
        }
    }
}
