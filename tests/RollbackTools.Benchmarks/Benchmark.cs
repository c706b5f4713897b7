namespace RollbackTools.Benchmarks;

/// <summary>One comparison; prints its own table.</summary>
internal abstract class Benchmark
{
    public abstract string Name { get; }

    public abstract string Title { get; }

    public abstract Task RunAsync(Report report, bool quick);
}
