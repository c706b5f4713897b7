using System.Management.Automation;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Fakes;

/// <summary>A runner over a fake estate, with run records in a folder of its own.</summary>
internal sealed class Session : IDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("rollbacktools-tests-");

    public Session(params Type[] cmdlets)
    {
        Services = new CommandServices(() => Provider, TimeProvider.System, () => new RunStore(state.FullName, TimeProvider.System, Catalogue.Journal));
        Runner = new CmdletRunner(Services, cmdlets) { CurrentDirectory = state.FullName };
    }

    public FakeEstateProvider Provider { get; } = new();

    public CommandServices Services { get; }

    public CmdletRunner Runner { get; }

    public string Folder => state.FullName;

    public CommandOutput Run(string line, CancellationToken stop = default) => Runner.Run(line, stop);

    public void Dispose()
    {
        Runner.Dispose();
        state.Delete(recursive: true);
    }
}
