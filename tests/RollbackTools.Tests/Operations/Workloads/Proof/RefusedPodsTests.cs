using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Workloads.Proof;

public sealed class RefusedPodsTests
{
    private static readonly WorkloadSnapshot Planned = new Snapshots().Revision(1, "a:1", TimeSpan.FromDays(1)).Current("a:1").Build();

    private readonly ManualTimeProvider time = new();
    private readonly FakeCluster cluster = new(new ClusterInfo("prod", "https://prod", "default"));

    [Fact]
    public async Task A_refusal_that_nothing_will_end_is_final_after_a_moment()
    {
        var refusals = Refusals();

        Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("exceeded quota", await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
    }

    [Fact]
    public async Task It_is_not_final_while_old_pods_may_still_go()
    {
        var refusals = Refusals();

        for (var i = 0; i < 4; i++)
        {
            Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: true, default));
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Once_there_is_room_only_another_refusal_is_final_however_long_the_controller_waits_before_it_tries()
    {
        var refusals = Refusals();
        Refuse("-new", 12);
        Refuse("-old", 1);
        await refusals.FindAsync(Refused(updated: 1), makesRoom: true, default);

        for (var i = 0; i < 20; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            Refuse("-old", 2 + i);
            Assert.Null(await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
        }

        Refuse("-new", 13);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("forbidden: the 13th", await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default));
    }

    [Fact]
    public async Task Pods_that_were_made_meanwhile_show_that_there_was_room()
    {
        var refusals = Refusals();
        Refuse("-new", 1);
        await refusals.FindAsync(Refused(updated: 1), makesRoom: false, default);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(await refusals.FindAsync(Refused(updated: 2), makesRoom: false, default));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(await refusals.FindAsync(Refused(updated: 2), makesRoom: false, default));
    }

    private RefusedPods Refusals() => new(cluster, time, Planned, name => name == $"{Planned.Name}-old");

    private void Refuse(string replicaSet, int times) => cluster.Put(new Event
    {
        Metadata = new ObjectMeta { Name = $"refused{replicaSet}", Namespace = Planned.Namespace },
        InvolvedObject = new ObjectReference { Kind = "ReplicaSet", Name = $"{Planned.Name}{replicaSet}" },
        Message = $"forbidden: the {times}th",
        Count = times,
        LastTimestamp = time.GetUtcNow(),
    });

    private static Workload Refused(int updated) => new()
    {
        Status = new WorkloadStatus
        {
            UpdatedReplicas = updated,
            Conditions = [new Condition { Type = "ReplicaFailure", Status = "True", Message = "exceeded quota" }],
        },
    };
}
