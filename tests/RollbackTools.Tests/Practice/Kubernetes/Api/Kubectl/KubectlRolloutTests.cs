using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>The real kubectl, unmodified: <c>kubectl rollout</c>, with the controllers at work.</summary>
public sealed class KubectlRolloutTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Undo_goes_back_one_revision_and_the_old_number_disappears()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync("shop/api:1");
        await space.DeployAsync("shop/api:2");
        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>", await space.OkAsync("rollout", "history", "deployment/api"));
        Assert.Contains("Image:\tshop/api:1", await space.OkAsync("rollout", "history", "deployment/api", "--revision=1"));

        Assert.Contains("deployment.apps/api rolled back", await space.OkAsync("rollout", "undo", "deployment/api"));
        Assert.Contains("successfully rolled out", await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s"));

        Assert.Equal("shop/api:1", await Image(space));
        Assert.Matches(@"CHANGE-CAUSE\n2 +<none>\n3 +<none>", await space.OkAsync("rollout", "history", "deployment/api"));
        Assert.Equal(2, space.Cluster.Store.List(Resources.ReplicaSets, space.Namespace).Items.Length);
    }

    [Fact]
    public async Task Undo_to_a_revision_skips_what_is_there_already_and_names_what_is_not()
    {
        var space = await cluster.SpaceAsync();
        foreach (var tag in (string[])["1", "2", "3"]) await space.DeployAsync($"shop/api:{tag}");
        Assert.Contains("skipped rollback (current template already matches revision 3)", await space.OkAsync("rollout", "undo", "deployment/api", "--to-revision=3"));
        Assert.Contains("unable to find specified revision 9 in history", await space.FailAsync("rollout", "undo", "deployment/api", "--to-revision=9"));
        await space.OkAsync("rollout", "undo", "deployment/api", "--to-revision=1", "--dry-run=server");
        Assert.Equal("shop/api:3", await Image(space));
        await space.OkAsync("rollout", "undo", "deployment/api", "--to-revision=1");
        Assert.Equal("shop/api:1", await Image(space));
    }

    [Fact]
    public async Task Status_fails_when_the_deadline_passes_and_undo_heals_it()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync();
        await space.OkAsync("patch", "deployment", "api", "--patch", """{"spec":{"progressDeadlineSeconds":60}}""");
        await space.OkAsync("set", "image", "deployment/api", "app=shop/api:crash");
        Assert.Contains("deployment \"api\" exceeded its progress deadline", await space.FailAsync("rollout", "status", "deployment/api", "--timeout=60s"));
        Assert.Matches(@"0/1 +(CrashLoopBackOff|Error|Running) ", await space.OkAsync("get", "pods"));

        await space.OkAsync("rollout", "undo", "deployment/api");
        await space.UntilAsync(() => space.Pods() == 2 && space.Cluster.Store.List(Resources.Pods, space.Namespace).Items.Length == 2);
        Assert.Contains("successfully rolled out", await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s"));
    }

    [Fact]
    public async Task Restart_pause_and_resume()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync();
        await space.OkAsync("rollout", "restart", "deployment/api");
        await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s");
        Assert.Matches(@"\n2 +<none>", await space.OkAsync("rollout", "history", "deployment/api"));

        await space.OkAsync("rollout", "pause", "deployment/api");
        Assert.Contains("you cannot rollback a paused deployment; resume it first", await space.FailAsync("rollout", "undo", "deployment/api"));
        Assert.Contains("can't restart paused deployment", await space.FailAsync("rollout", "restart", "deployment/api"));
        await space.OkAsync("set", "image", "deployment/api", "app=shop/api:7");
        await space.Cluster.SettleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, space.Cluster.Store.List(Resources.ReplicaSets, space.Namespace).Items.Length);

        await space.OkAsync("rollout", "resume", "deployment/api");
        Assert.Contains("successfully rolled out", await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s"));
        Assert.Equal(3, space.Cluster.Store.List(Resources.ReplicaSets, space.Namespace).Items.Length);
    }

    [Theory]
    [InlineData("StatefulSet", "  serviceName: api")]
    [InlineData("DaemonSet", "")]
    public async Task Stateful_and_daemon_sets_are_undone_by_their_controller_revisions(string kind, string extra)
    {
        var space = await cluster.SpaceAsync();
        var target = $"{kind.ToLowerInvariant()}/api";
        string Manifest(string image)
        {
            var text = KubectlSpace.Deployment(image).Replace("kind: Deployment", $"kind: {kind}").Replace("spec:\n  replicas", $"spec:\n{extra}\n  replicas");
            return kind == "DaemonSet" ? text.Replace("  replicas: 2\n", "") : text;
        }

        foreach (var tag in (string[])["1", "2"])
        {
            await space.ApplyAsync(Manifest($"shop/api:{tag}"));
            await space.OkAsync("rollout", "status", target, "--timeout=60s");
        }

        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>", await space.OkAsync("rollout", "history", target));
        await space.OkAsync("rollout", "undo", target);
        await space.OkAsync("rollout", "status", target, "--timeout=60s");

        Assert.All(space.Cluster.Store.List(Resources.Pods, space.Namespace).Items,
            pod => Assert.Equal("shop/api:1", (string?)pod.Read["spec"]!["containers"]![0]!["image"]));
        Assert.Matches(@"CHANGE-CAUSE\n2 +<none>\n3 +<none>", await space.OkAsync("rollout", "history", target));
    }

    private static Task<string> Image(KubectlSpace space) =>
        space.OkAsync("get", "deployment", "api", "-o", "jsonpath={.spec.template.spec.containers[0].image}");
}
