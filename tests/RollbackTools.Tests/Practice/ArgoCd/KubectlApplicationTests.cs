using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>A cluster with Argo CD and the real kubectl.</summary>
public sealed class KubectlArgoCluster : KubectlCluster
{
    internal FakeRepository Git => ((ArgoEstate)Cluster.Options.Estate).Git;

    protected override Estate Estate => new ArgoEstate();
}

/// <summary>The real kubectl, unmodified, on Argo CD's custom resources.</summary>
public sealed class KubectlApplicationTests(KubectlArgoCluster cluster) : IClassFixture<KubectlArgoCluster>
{
    private async Task<KubectlSpace> ApplicationAsync(string name)
    {
        var space = await cluster.SpaceAsync();
        cluster.Git.Commit(name, ArgoPractice.Deployment("shop/api:1").Replace("name: api", $"name: {name}"));
        await space.ApplyAsync(ArgoPractice.Application(name, name), "-n", "argocd");
        await space.UntilAsync(() => cluster.Cluster.Store.Find(ArgoResources.Applications, "argocd", name)?.Read["status"]?["reconciledAt"] is not null);
        return space;
    }

    [Fact]
    public async Task Get_prints_the_columns_of_the_definition_under_all_its_names()
    {
        var space = await ApplicationAsync("printed");
        Assert.Matches(@"NAME +SYNC STATUS +HEALTH STATUS\nprinted +OutOfSync +Missing", await space.OkAsync("get", "applications", "printed", "-n", "argocd"));
        Assert.Matches(@"REVISION +PROJECT\nprinted .* [0-9a-f]{40} +default", await space.OkAsync("get", "app", "printed", "-n", "argocd", "-o", "wide"));
        Assert.Contains("application.argoproj.io/printed", await space.OkAsync("get", "apps", "-n", "argocd", "-o", "name"));
        Assert.Contains("imageupdaters", await space.OkAsync("api-resources"));
        Assert.Matches("NAME +AGE\ndefault +", await space.OkAsync("get", "appprojs", "-n", "argocd"));
        Assert.Contains("No resources found", (await space.PipeAsync("", "get", "appsets,imageupdaters", "-n", "argocd")).Error);
    }

    [Fact]
    public async Task Patch_starts_an_operation_and_watch_sees_it_end()
    {
        var space = await ApplicationAsync("patched");
        using var watch = space.Follow("get", "app", "patched", "-n", "argocd", "-w", "-o", "jsonpath={.status.operationState.phase}{\"\\n\"}");
        try
        {
            await space.OkAsync("patch", "application", "patched", "-n", "argocd", "--type", "merge", "-p",
                """{"operation":{"initiatedBy":{"username":"alice"},"sync":{}},"status":{"operationState":null}}""");
            string? line;
            do line = await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            while (line is not (null or "Succeeded"));
            Assert.Equal("Succeeded", line);
        }
        finally
        {
            watch.Kill();
        }

        await space.OkAsync("rollout", "status", "deployment/patched", "-n", "prod", "--timeout=60s");
        var spec = JsonNode.Parse(await space.OkAsync("get", "app", "patched", "-n", "argocd", "-o", "json"))!;
        // Applications have no status subresource: each write of the status is another generation.
        Assert.True((int)spec["metadata"]!["generation"]! > 1);
    }

    [Fact]
    public async Task Strategic_patches_stale_versions_and_a_status_subresource_are_refused()
    {
        var space = await ApplicationAsync("refused");
        Assert.Contains("strategic-merge-patch+json is not supported", await space.FailAsync("patch", "app", "refused", "-n", "argocd", "--type", "strategic", "-p", "{}"));
        Assert.Contains("the object has been modified", await space.FailAsync(
            "patch", "app", "refused", "-n", "argocd", "--type", "merge", "-p", """{"metadata":{"resourceVersion":"1"},"spec":{"revisionHistoryLimit":3}}"""));
        Assert.Contains("could not find the requested resource", await space.FailAsync(
            "patch", "app", "refused", "-n", "argocd", "--subresource", "status", "--type", "merge", "-p", """{"status":{}}"""));
        await space.OkAsync("patch", "app", "refused", "-n", "argocd", "--type", "json", "-p", """[{"op":"add","path":"/spec/revisionHistoryLimit","value":3}]""");
        Assert.Equal("3", await space.OkAsync("get", "app", "refused", "-n", "argocd", "-o", "jsonpath={.spec.revisionHistoryLimit}"));
    }

    [Fact]
    public async Task A_viewer_may_look_and_not_touch()
    {
        var space = await ApplicationAsync("viewed");
        Assert.Contains("viewed", await space.OkAsync("--context", "argo-viewer", "get", "apps", "-n", "argocd"));
        Assert.Contains("cannot patch resource \"applications\"", await space.FailAsync(
            "--context", "argo-viewer", "patch", "app", "viewed", "-n", "argocd", "--type", "merge", "-p", """{"operation":{"sync":{}}}"""));
    }
}
