using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Images;

public sealed class RefusedPodsTests
{
    private static readonly WorkloadSnapshot Planned = new Snapshots().Revision(1, "a:1", TimeSpan.FromDays(1)).Current("a:1").Build();

    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task A_refusal_that_nothing_will_end_is_final_after_a_moment()
    {
        RefusedPods refusals = new(null!, time, Planned);

        Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("exceeded quota", await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
    }

    [Fact]
    public async Task It_is_not_final_while_old_pods_may_still_go()
    {
        RefusedPods refusals = new(null!, time, Planned);

        for (var i = 0; i < 4; i++)
        {
            Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: true, default));
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Once_there_is_room_the_controllers_next_try_is_waited_for_as_long_as_it_has_tried()
    {
        RefusedPods refusals = new(null!, time, Planned);
        await refusals.FindAsync(Refused(updated: 1), makesRoom: true, default);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: true, default));

        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("exceeded quota", await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
    }

    private static Workload Refused(int updated) => new()
    {
        Status = new WorkloadStatus
        {
            UpdatedReplicas = updated,
            Conditions = [new Condition { Type = "ReplicaFailure", Status = "True", Message = "exceeded quota" }],
        },
    };
}
