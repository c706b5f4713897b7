using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RollbackTools.Practice.Cli;

/// <summary>When this process is to end: Ctrl+C, SIGTERM, its terminal closed, its parent gone, its ready file deleted.</summary>
internal sealed class Termination : IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly List<IDisposable> watching = [];

    /// <param name="ignoreInterrupt">A terminal's Ctrl+C goes to every process in it, and was meant for our parent.</param>
    public Termination(bool ignoreInterrupt)
    {
        watching.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Take(signal, end: !ignoreInterrupt)));
        watching.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Take(signal, end: true)));
        watching.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Take(signal, end: true)));
    }

    public CancellationToken Token => ending.Token;

    /// <summary>Ends when that process is gone; at once when it is gone already.</summary>
    public void WhenGone(int processId)
    {
        try
        {
            var process = Process.GetProcessById(processId);
            process.EnableRaisingEvents = true;
            process.Exited += (_, _) => End();
            watching.Add(process);
            if (process.HasExited) End();
        }
        catch (ArgumentException)
        {
            End();
        }
    }

    /// <summary>Ends when that file is gone, looked at four times a second: file notifications are not to be had everywhere.</summary>
    public void WhenDeleted(string path) =>
        watching.Add(new Timer(_ => { if (!File.Exists(path)) End(); }, null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250)));

    /// <summary>Completes when it is time to end.</summary>
    public Task WaitAsync()
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watching.Add(Token.Register(over.SetResult));
        return over.Task;
    }

    public void Dispose() => watching.ForEach(one => one.Dispose());

    private void Take(PosixSignalContext signal, bool end)
    {
        // The default action would end the process before anything is tidied away.
        signal.Cancel = true;
        if (end) End();
    }

    private void End() => ending.Cancel();
}
