using System.Diagnostics;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Practice;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Practice;

/// <summary>A session whose practice estates end with it.</summary>
internal sealed class PracticeShell : IAsyncDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("rollbacktools-tests-");

    public PracticeShell() => Runner = new CmdletRunner(
        new CommandServices(() => CommandServices.Live.Provider, TimeProvider.System, () => new RunStore(state.FullName, TimeProvider.System, Catalogue.Journal)));

    public CmdletRunner Runner { get; }

    public string Folder => state.FullName;

    public static bool IsAlive(PracticeEstate estate)
    {
        try
        {
            using var process = Process.GetProcessById(estate.ProcessId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Runs the line; what it started is <c>$estate</c>.</summary>
    public PracticeEstate Start(string line)
    {
        var estate = Assert.Single(Runner.Run(line).OrThrow().Of<PracticeEstate>());
        Runner.Variables["estate"] = estate;
        return estate;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var estate in PracticeProcess.Running(Path.Combine(Folder, "practice")))
            await PracticeProcess.StopAsync(estate, TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
        Runner.Dispose();
        state.Delete(recursive: true);
    }
}
