using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>A cluster with Argo Rollouts and the real kubectl.</summary>
public sealed class KubectlRolloutCluster : KubectlCluster
{
    protected override Estate Estate => new RolloutEstate();
}

/// <summary>The same, with Rollouts defined as before 0.10.</summary>
public sealed class KubectlOldRolloutCluster : KubectlCluster
{
    protected override Estate Estate => new RolloutEstate(new RolloutsOptions { StatusSubresource = false });
}

/// <summary>The real kubectl, unmodified, on Rollouts.</summary>
public sealed class KubectlRolloutTests(KubectlRolloutCluster cluster) : IClassFixture<KubectlRolloutCluster>
{
    private static async Task ApplyAsync(KubectlSpace space, string tag) =>
        await space.ApplyAsync(RolloutPractice.Canary(tag).Replace("namespace: prod", $"namespace: {space.Namespace}"));

    internal static async Task<KubectlSpace> PausedAsync(KubectlCluster cluster)
    {
        var space = await cluster.SpaceAsync();
        await ApplyAsync(space, "1");
        await space.OkAsync("wait", "rollout/catalog", "--for=jsonpath={.status.phase}=Healthy", "--timeout=60s");
        await ApplyAsync(space, "2");
        await space.OkAsync("wait", "rollout/catalog", "--for=condition=Paused", "--timeout=60s");
        return space;
    }

    [Fact]
    public async Task Get_prints_the_columns_of_the_definition_under_its_names()
    {
        var space = await PausedAsync(cluster);
        Assert.Matches(@"NAME +DESIRED +CURRENT +UP-TO-DATE +AVAILABLE +AGE\ncatalog +4 +4 +1 +4 +\d", await space.OkAsync("get", "rollouts"));
        Assert.Contains("rollout.argoproj.io/catalog", await space.OkAsync("get", "ro", "-o", "name"));
        Assert.Contains("No resources found", (await space.PipeAsync("", "get", "ar,at,exp")).Error);
        Assert.Contains("clusteranalysistemplates", await space.OkAsync("api-resources"));
    }

    [Fact]
    public async Task A_patch_of_the_status_aborts_and_one_of_the_object_leaves_the_status_alone()
    {
        var space = await PausedAsync(cluster);
        await space.OkAsync("patch", "rollout", "catalog", "--type", "merge", "-p", """{"status":{"abort":true},"metadata":{"labels":{"seen":"yes"}}}""");
        Assert.Equal("", await space.OkAsync("get", "rollout", "catalog", "-o", "jsonpath={.status.abort}"));

        await space.OkAsync("patch", "rollout", "catalog", "--subresource", "status", "--type", "merge", "-p", """{"status":{"abort":true}}""");
        await space.OkAsync("wait", "rollout/catalog", "--for=jsonpath={.status.phase}=Degraded", "--timeout=60s");
        Assert.Equal("RolloutAborted: Rollout aborted update to revision 2", await space.OkAsync("get", "rollout", "catalog", "-o", "jsonpath={.status.message}"));
    }

    [Fact]
    public async Task A_json_patch_of_the_template_takes_it_back()
    {
        var space = await PausedAsync(cluster);
        var stable = JsonNode.Parse(await space.OkAsync("get", "rs", "-o", "json"))!["items"]!.AsArray()
            .Single(set => (string?)set!["metadata"]!["annotations"]!["rollout.argoproj.io/revision"] == "1")!;
        var template = stable["spec"]!["template"]!.DeepClone();
        template["metadata"]!["labels"]!.AsObject().Remove("rollouts-pod-template-hash");
        await space.OkAsync("patch", "rollout", "catalog", "--type", "json", "-p",
            $$"""[{"op":"replace","path":"/spec/template","value":{{template.ToJsonString()}}}]""");
        await space.OkAsync("wait", "rollout/catalog", "--for=jsonpath={.status.phase}=Healthy", "--timeout=60s");
        Assert.Equal("3", await space.OkAsync("get", "rollout", "catalog", "-o", "jsonpath={.metadata.annotations.rollout\\.argoproj\\.io/revision}"));
    }

    [Fact]
    public async Task An_analysis_run_can_be_waited_for_and_called_off()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync("""
            apiVersion: argoproj.io/v1alpha1
            kind: AnalysisRun
            metadata: { name: smoke }
            spec:
              metrics:
              - name: smoke
                interval: 60s
                provider: { job: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: smoke, image: "shop/smoke:1" }] } } } } }
            """);
        await space.OkAsync("wait", "analysisrun/smoke", "--for=jsonpath={.status.metricResults[0].successful}=1", "--timeout=60s");
        Assert.Matches(@"NAME +STATUS +AGE\nsmoke +Running +\d", await space.OkAsync("get", "ar"));
        await space.OkAsync("patch", "ar", "smoke", "--type", "merge", "-p", """{"spec":{"terminate":true}}""");
        await space.OkAsync("wait", "ar/smoke", "--for=jsonpath={.status.phase}=Successful", "--timeout=60s");
        Assert.Equal("Run Terminated", await space.OkAsync("get", "ar", "smoke", "-o", "jsonpath={.status.message}"));
    }

    [Fact]
    public async Task Scale_goes_by_the_definitions_paths()
    {
        var space = await PausedAsync(cluster);
        await space.OkAsync("scale", "rollout/catalog", "--replicas=8");
        await space.OkAsync("wait", "rollout/catalog", "--for=jsonpath={.status.HPAReplicas}=8", "--timeout=60s");
        var scale = JsonNode.Parse(await space.OkAsync("get", "rollout", "catalog", "--subresource", "scale", "-o", "json"))!;
        Assert.Equal(("app=catalog", 8), ((string?)scale["status"]!["selector"], (int)scale["status"]!["replicas"]!));
    }
}

/// <summary>An installation whose Rollouts have no status subresource.</summary>
public sealed class KubectlOldRolloutTests(KubectlOldRolloutCluster cluster) : IClassFixture<KubectlOldRolloutCluster>
{
    [Fact]
    public async Task There_is_no_status_to_patch_but_the_object_takes_it()
    {
        var space = await KubectlRolloutTests.PausedAsync(cluster);
        var said = await space.FailAsync("patch", "rollout", "catalog", "--subresource", "status", "--type", "merge", "-p", """{"status":{"abort":true}}""");
        Assert.Contains("NotFound", said);
        await space.OkAsync("patch", "rollout", "catalog", "--type", "merge", "-p", """{"status":{"abort":true}}""");
        await space.OkAsync("wait", "rollout/catalog", "--for=jsonpath={.status.phase}=Degraded", "--timeout=60s");
    }
}
