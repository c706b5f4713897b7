using System.Diagnostics;

namespace RollbackTools.Practice.Faults;

/// <summary>
/// The fault no error handling sees: the process is gone, as by SIGKILL or a power cut, and nothing of it runs any more:
/// no finally, no flush, no farewell to the server.
/// </summary>
internal static class SuddenDeath
{
    /// <summary>Dies right after line <paramref name="last"/> of the journal is on disk, before anybody is told that it is.</summary>
    public static Action<int> AfterLine(int last) => line =>
    {
        if (line != last) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        // Killing is the system's business, and it may take its time; nothing may happen meanwhile.
        Thread.Sleep(Timeout.Infinite);
    };
}
