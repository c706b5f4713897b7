using System.Runtime.CompilerServices;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class ResultsTests
{
    [Fact]
    public async Task Several_sequences_give_their_items_as_they_come()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<int> seen = [];

        await foreach (var item in Results.Together<int>([_ => After(gate.Task, 1), _ => After(Task.CompletedTask, 2)]))
        {
            seen.Add(item);
            gate.TrySetResult();
        }

        Assert.Equal([2, 1], seen);
    }

    [Fact]
    public async Task The_first_failure_is_what_the_reader_gets_and_it_ends_the_others()
    {
        var ended = false;
        async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellation)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                yield return 1;
            }
            finally
            {
                ended = true;
            }
        }

        async IAsyncEnumerable<int> Broken()
        {
            await Task.Yield();
            throw new InvalidOperationException("mine");
#pragma warning disable CS0162
            yield return 1;
#pragma warning restore CS0162
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in Results.Together<int>([Endless, _ => Broken()])) { }
        });

        Assert.Equal("mine", failure.Message);
        Assert.True(ended);
    }

    [Fact]
    public async Task A_reader_who_walks_away_waits_for_the_sources_to_tidy_up()
    {
        var tidied = false;
        async IAsyncEnumerable<int> Counting([EnumeratorCancellation] CancellationToken cancellation)
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    cancellation.ThrowIfCancellationRequested();
                    yield return i;
                }
            }
            finally
            {
                await Task.Yield();
                tidied = true;
            }
        }

        await foreach (var item in Results.Together<int>([Counting]))
        {
            if (item == 3) break;
        }

        Assert.True(tidied);
    }

    private static async IAsyncEnumerable<int> After(Task gate, int value)
    {
        await gate;
        yield return value;
    }
}
