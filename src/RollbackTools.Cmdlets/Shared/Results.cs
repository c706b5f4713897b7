using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>How results leave a cmdlet.</summary>
internal static class Results
{
    /// <summary>
    /// Writes each result as it ends; the errors of those that failed follow when all have ended, so that
    /// <c>-ErrorAction Stop</c> (GitHub's default) does not abandon the targets that are still rolling back.
    /// </summary>
    public static async Task WriteAsync(CommandPipeline pipeline, IAsyncEnumerable<RollbackResult> results)
    {
        List<RollbackResult> failed = [];
        await foreach (var result in results)
        {
            foreach (var warning in result.Warnings) pipeline.WarnOnce(TargetName.Warning(result, warning), result.Estate);
            await pipeline.WriteAsync(result);
            if (result.Outcome == RollbackOutcome.Failed) failed.Add(result);
        }

        foreach (var result in failed) await pipeline.WriteErrorAsync(ErrorMapping.From(result));
    }

    /// <summary>Several sequences at once, items as they come. The first failure ends them all.</summary>
    public static async IAsyncEnumerable<T> Together<T>(
        IReadOnlyList<Func<CancellationToken, IAsyncEnumerable<T>>> sources,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var items = Channel.CreateBounded<T>(1);
        var copying = Task.Run(() => CopyAllAsync(sources, items.Writer, ending), CancellationToken.None);
        try
        {
            await foreach (var item in items.Reader.ReadAllAsync(CancellationToken.None)) yield return item;
        }
        finally
        {
            // Also when the reader walks away: the sources' own finally blocks come first.
            await ending.CancelAsync();
            await copying;
        }
    }

    private static async Task CopyAllAsync<T>(
        IReadOnlyList<Func<CancellationToken, IAsyncEnumerable<T>>> sources, ChannelWriter<T> items, CancellationTokenSource ending)
    {
        await Task.WhenAll(sources.Select(async source =>
        {
            try
            {
                await foreach (var item in source(ending.Token)) await items.WriteAsync(item, ending.Token);
            }
            catch (Exception failure)
            {
                // The first one is what the reader gets; those it causes in the others are not news.
                items.TryComplete(failure);
                await ending.CancelAsync();
            }
        }));
        items.TryComplete();
    }
}
