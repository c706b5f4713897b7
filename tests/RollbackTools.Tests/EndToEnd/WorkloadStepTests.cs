using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Restart;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Suspension;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;
using Live = RollbackTools.Practice.Kubernetes.Schema.Resources;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Between the reading and the writing of a step somebody else writes: it is noticed, and never overwritten unseen.</summary>
public sealed class WorkloadStepTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_of_pods_that_changes_meanwhile_is_the_one_that_is_remembered()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        ScaleWorkload stop = new() { Kind = WorkloadKind.Deployment, Namespace = production.Namespace, Name = "api", Note = new SuspendedWorkload { By = "me", Replicas = 2 } };

        await ApplyAsync(production, stop, () => Change(production, body => body["spec"]!["replicas"] = 7));

        var live = Find(production);
        Assert.Equal(0, (int)live["spec"]!["replicas"]!);
        Assert.Contains("\"replicas\":7", (string)live["metadata"]!["annotations"]![SuspendedWorkload.Annotation]!);

        await ApplyAsync(production, stop.Invert()!, () => { });
        Assert.Equal(2, (int)Find(production)["spec"]!["replicas"]!);
        Assert.Null(Find(production)["metadata"]!["annotations"]?[SuspendedWorkload.Annotation]);
    }

    [Fact]
    public async Task A_number_that_somebody_chose_while_it_was_stopped_stays()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        ScaleWorkload stop = new() { Kind = WorkloadKind.Deployment, Namespace = production.Namespace, Name = "api", Note = new SuspendedWorkload { By = "me", Replicas = 2 } };
        await ApplyAsync(production, stop, () => { });

        await ApplyAsync(production, stop with { Replicas = 2 }, () => Change(production, body => body["spec"]!["replicas"] = 1));

        Assert.Equal(1, (int)Find(production)["spec"]!["replicas"]!);
        Assert.Null(Find(production)["metadata"]!["annotations"]?[SuspendedWorkload.Annotation]);
    }

    [Fact]
    public async Task A_template_that_changes_meanwhile_is_not_restarted_over()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        await using var estate = Open(production);
        var read = await estate.Cluster.GetAsync(global::RollbackTools.Operations.Estate.Kubernetes.Resources.Deployments, production.Namespace, "api", Stop);
        RestartPods restart = new()
        {
            Kind = WorkloadKind.Deployment, Namespace = production.Namespace, Name = "api", At = "2026-11-25T03:00:00Z", FromHash = new PodTemplate(read.Spec.Template).Hash,
        };

        var refusal = await Assert.ThrowsAsync<RollbackException>(() => ApplyAsync(production, restart, () =>
            Change(production, body => body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/api:9")));

        Assert.Equal("ChangedMeanwhile", refusal.ErrorId);
        Assert.Null(Find(production)["spec"]!["template"]!["metadata"]!["annotations"]?[RestartPods.RestartedAtAnnotation]);
    }

    [Fact]
    public async Task A_restart_that_was_made_is_not_made_again()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        await using var estate = Open(production);
        var read = await estate.Cluster.GetAsync(global::RollbackTools.Operations.Estate.Kubernetes.Resources.Deployments, production.Namespace, "api", Stop);
        RestartPods restart = new()
        {
            Kind = WorkloadKind.Deployment, Namespace = production.Namespace, Name = "api", At = "2026-11-25T03:00:00Z", FromHash = new PodTemplate(read.Spec.Template).Hash,
        };
        await ApplyAsync(production, restart, () => { });
        var generation = (long)Find(production)["metadata"]!["generation"]!;

        var again = await ApplyAsync(production, restart, () => Assert.Fail("it is done"));

        Assert.False(again.Changed);
        Assert.Equal(generation, (long)Find(production)["metadata"]!["generation"]!);
    }

    private static IEstate Open(Production production) => CommandServices.Live.Provider.Open(new EstateOptions { Kubeconfig = production.Kubeconfig }, _ => { });

    private static async Task<StepOutcome> ApplyAsync(Production production, Step step, Action meanwhile)
    {
        await using var estate = Open(production);
        StepContext context = new(estate, new Silent(), TimeProvider.System)
        {
            AlsoAsync = (step, _) => throw new InvalidOperationException($"Nothing more is to be done: {step.Description}"),
        };
        return await step.ApplyAsync(context, () =>
        {
            meanwhile();
            return Task.CompletedTask;
        }, Stop);
    }

    private static JsonObject Find(Production production) => production.Get("api");

    private static void Change(Production production, Action<JsonObject> change) => production.Change("api", change);

    private sealed class Silent : IOperationReporter
    {
        public void Verbose(string message)
        {
        }

        public void Warning(string message)
        {
        }

        public void Progress(ProgressReport progress)
        {
        }

        public void IfStopped(string subject, string? message)
        {
        }

        public Task<Decision> DecideAsync(Proposal proposal, CancellationToken cancellation) => Task.FromResult(Decision.GoAhead);
    }
}
