using System.Diagnostics;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Benchmarks;

/// <summary>A session with the compiled cmdlets, as one pwsh would have it, its records in a folder of its own.</summary>
internal sealed class Session : IDisposable
{
    private readonly string state = Directory.CreateTempSubdirectory("rollbacktools-bench-").FullName;
    private readonly CmdletRunner runner;

    public Session(string kubeconfig)
    {
        Environment.SetEnvironmentVariable("ROLLBACKTOOLS_STATE", state);
        Environment.SetEnvironmentVariable("KUBECONFIG", kubeconfig);
        runner = new CmdletRunner(CommandServices.Live);
    }

    /// <summary>Runs a line and returns its time. Throws unless every result says it was done.</summary>
    public TimeSpan Time(string line)
    {
        var clock = Stopwatch.StartNew();
        var output = runner.Run(line).OrThrow();
        clock.Stop();
        var failed = output.Of<RollbackResult>().FirstOrDefault(result => result.Outcome is not (RollbackOutcome.RolledBack or RollbackOutcome.Changed));
        return failed is null ? clock.Elapsed : throw new InvalidOperationException($"{failed.Name}: {failed.Outcome}: {failed.Message}");
    }

    /// <summary>Runs a line and returns what it wrote.</summary>
    public IReadOnlyList<T> Run<T>(string line) => [.. runner.Run(line).OrThrow().Of<T>()];

    public void Dispose()
    {
        runner.Dispose();
        Directory.Delete(state, recursive: true);
    }
}
