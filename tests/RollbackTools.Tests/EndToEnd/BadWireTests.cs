using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A network that fails now and then does not fail a rollback, and never makes it happen twice.</summary>
public sealed class BadWireTests(SharedCluster shared)
{
    public static TheoryData<string, FaultRule> Faults() => new()
    {
        { "watches are cut", new FaultRule { Kind = FaultKind.WatchCut, Verb = "watch", Events = 1, Times = 6 } },
        { "watches are too old", new FaultRule { Kind = FaultKind.WatchExpired, Verb = "watch", Events = 2, Times = 3 } },
        { "reads are too many", new FaultRule { Kind = FaultKind.TooManyRequests, Verb = "list", RetryAfterSeconds = 0, Times = 3 } },
        { "writes are too many", new FaultRule { Kind = FaultKind.TooManyRequests, Verb = "patch", RetryAfterSeconds = 0, Times = 2 } },
        { "reads are reset", new FaultRule { Kind = FaultKind.Reset, Verb = "list", Times = 2 } },
        { "the change is reset before it is made", new FaultRule { Kind = FaultKind.Reset, Verb = "patch", Resource = "deployments", Times = 1 } },
        { "the change is made and the answer is lost", new FaultRule { Kind = FaultKind.ResetAfter, Verb = "patch", Resource = "deployments", Times = 1 } },
        { "somebody was faster", new FaultRule { Kind = FaultKind.Conflict, Verb = "patch", Resource = "deployments", Times = 2 } },
        { "the server is unavailable", new FaultRule { Kind = FaultKind.Unavailable, Verb = "list", Times = 2 } },
        { "lists break off", new FaultRule { Kind = FaultKind.TruncatedBody, Verb = "list", Resource = "pods", Bytes = 100, Times = 1 } },
        { "everything is slow", new FaultRule { Kind = FaultKind.Latency, DelayMilliseconds = 60 } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task It_rolls_back_all_the_same(string what, FaultRule fault)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        production.AddFault(fault);

        var result = await production.RollBackAsync("Invoke-ImageRollback api -Timeout 1m");

        Assert.True(result.Outcome == RollbackOutcome.RolledBack, what);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
        Assert.Equal("3", production.Annotation("api", "deployment.kubernetes.io/revision"));
        await production.UntilAsync(() => production.List(Resources.Leases).Count == 0);
        Assert.Contains(production.Stage.Faults.Rules, rule => rule.Rule == fault with { Namespace = production.Namespace } && rule.Struck > 0);
    }
}
