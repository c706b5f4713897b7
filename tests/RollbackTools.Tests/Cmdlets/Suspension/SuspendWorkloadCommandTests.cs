using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Suspension;

public sealed class SuspendWorkloadCommandTests
{
    [Fact]
    public void Who_may_not_see_CronJobs_is_told_that_those_with_the_labels_go_on()
    {
        using Session session = new();
        session.Provider.Furnish = cluster =>
        {
            cluster.Deployment("api", "prod", broken: false, "repo/api:40");
            cluster.Before = request => request.StartsWith("LIST cronjobs.batch", StringComparison.Ordinal)
                ? throw new EstateException(EstateErrorKind.Forbidden, "user 'ann' may not list cronjobs.batch")
                : Task.CompletedTask;
        };

        var output = session.Run("Suspend-Workload -Selector app=api -WhatIf");

        output.OrThrow();
        Assert.Equal(RollbackOutcome.Planned, Assert.Single(output.Of<RollbackResult>()).Outcome);
        Assert.Equal("CronJobs in prod are not looked at, so those with the labels go on: user 'ann' may not list cronjobs.batch", Assert.Single(output.Warnings));
    }
}
