using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>The real kubectl, unmodified: reading and writing objects.</summary>
public sealed class KubectlTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Get_prints_tables_wide_tables_yaml_and_json()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync();

        Assert.Matches(@"NAME +READY +UP-TO-DATE +AVAILABLE +AGE\napi +2/2 +2 +2 ", await space.OkAsync("get", "deployments"));
        Assert.Matches(@"CONTAINERS +IMAGES +SELECTOR\napi .* app +shop/api:1 +app=api", await space.OkAsync("get", "deploy", "-o", "wide"));
        Assert.Matches(@"NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\napi-\w+-\w+ +1/1 +Running +0 ", await space.OkAsync("get", "pods", "-o", "wide"));
        Assert.Contains("    image: shop/api:1\n", await space.OkAsync("get", "pods", "-o", "yaml"));
        var json = JsonNode.Parse(await space.OkAsync("get", "deployment", "api", "-o", "json"))!;
        Assert.Equal(("apps/v1", 600), ((string)json["apiVersion"]!, (int)json["spec"]!["progressDeadlineSeconds"]!));
        Assert.Contains("replicaset.apps/api-", await space.OkAsync("get", "all"));
        Assert.Matches(@"NAME +STATUS +ROLES +AGE +VERSION", await space.OkAsync("get", "nodes"));
    }

    [Fact]
    public async Task Get_watches()
    {
        var space = await cluster.SpaceAsync();
        using var watch = space.Follow("get", "configmaps", "-w", "-o", "name");
        try
        {
            await space.OkAsync("create", "configmap", "first", "--from-literal=a=b");
            await space.OkAsync("create", "configmap", "second");
            List<string?> seen = [];
            while (!seen.Contains("configmap/second"))
                seen.Add(await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            Assert.Contains("configmap/first", seen);
        }
        finally
        {
            watch.Kill();
        }
    }

    [Fact]
    public async Task Describe_shows_the_object_and_its_events()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync();
        var deployment = await space.OkAsync("describe", "deployment", "api");
        Assert.Contains("2 desired | 2 updated | 2 total | 2 available | 0 unavailable", deployment);
        Assert.Contains("ScalingReplicaSet", deployment);
        Assert.Matches(@"Normal +Started ", await space.OkAsync("describe", "pod", "-l", "app=api"));
        Assert.Contains("Ready", await space.OkAsync("describe", "nodes"));
    }

    [Fact]
    public async Task Apply_creates_changes_and_takes_back()
    {
        var space = await cluster.SpaceAsync();
        const string two = "- { name: side, image: \"side:1\" }";
        Assert.Contains("deployment.apps/api created", await space.ApplyAsync(KubectlSpace.Deployment(containers: two, env: "{ name: A, value: '1' }, { name: B, value: '2' }")));
        Assert.Contains("deployment.apps/api unchanged", await space.ApplyAsync(KubectlSpace.Deployment(containers: two, env: "{ name: A, value: '1' }, { name: B, value: '2' }")));
        await space.OkAsync("annotate", "deployment", "api", "team=shop");

        Assert.Contains("deployment.apps/api configured", await space.ApplyAsync(KubectlSpace.Deployment(env: "{ name: A, value: '3' }")));

        var live = JsonNode.Parse(await space.OkAsync("get", "deployment", "api", "-o", "json"))!;
        var container = Assert.Single(live["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;
        Assert.Equal("""[{"name":"A","value":"3"}]""", container["env"]!.ToJsonString());
        Assert.Equal("shop", (string?)live["metadata"]!["annotations"]!["team"]);
    }

    [Fact]
    public async Task Apply_names_a_field_that_does_not_exist()
    {
        var space = await cluster.SpaceAsync();
        var result = await space.PipeAsync(KubectlSpace.Deployment().Replace("replicas:", "replikas:"), "apply", "-f", "-");
        Assert.NotEqual(0, result.Exit);
        Assert.Contains("unknown field \"spec.replikas\"", result.Error);
    }

    [Fact]
    public async Task Server_side_apply_owns_conflicts_and_forces()
    {
        var space = await cluster.SpaceAsync();
        Assert.Contains("serverside-applied", await space.ApplyAsync(KubectlSpace.Deployment(), "--server-side", "--field-manager=ci"));
        await space.OkAsync("set", "image", "deployment/api", "app=shop/api:2");

        var refused = await space.PipeAsync(KubectlSpace.Deployment("shop/api:3"), "apply", "--server-side", "--field-manager=ci", "-f", "-");
        Assert.Contains("Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1: .spec.template.spec.containers[name=\"app\"].image", refused.Error);
        await space.ApplyAsync(KubectlSpace.Deployment("shop/api:3"), "--server-side", "--field-manager=ci", "--force-conflicts");

        Assert.Contains("shop/api:3", await space.OkAsync("get", "deployment", "api", "-o", "wide"));
        Assert.Contains("serverside-applied", await space.ApplyAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { a: b }\n", "--server-side"));
    }

    [Fact]
    public async Task Create_scale_set_image_label_annotate_and_delete()
    {
        var space = await cluster.SpaceAsync();
        await space.OkAsync("create", "deployment", "api", "--image=shop/api:1", "--replicas=1", "--port=8080");
        await space.OkAsync("expose", "deployment", "api", "--port=80", "--target-port=8080");
        await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s");
        await space.OkAsync("scale", "deployment", "api", "--replicas=3", "--current-replicas=1");
        await space.OkAsync("set", "image", "deployment/api", "api=shop/api:2");
        await space.OkAsync("label", "deployment", "api", "tier=web");
        await space.OkAsync("annotate", "deployment", "api", "kubernetes.io/change-cause=release 2");
        await space.OkAsync("rollout", "status", "deployment/api", "--timeout=60s");
        Assert.Matches(@"api +3/3 +3 +3 .*shop/api:2", await space.OkAsync("get", "deploy", "-l", "tier in (web)", "-o", "wide"));
        Assert.Matches(@"api +ClusterIP +10\.96\.", await space.OkAsync("get", "service", "api"));

        await space.OkAsync("delete", "deployment", "api");
        await space.UntilAsync(() => space.Cluster.Store.List(Resources.Pods, space.Namespace).Items.IsEmpty);
        Assert.Contains("deployments.apps \"api\" not found", await space.FailAsync("get", "deployment", "api"));
    }

    [Fact]
    public async Task Create_reaches_the_other_kinds_too()
    {
        var space = await cluster.SpaceAsync();
        await space.OkAsync("create", "secret", "generic", "s", "--from-literal=password=hunter2");
        await space.OkAsync("create", "quota", "q", "--hard=count/configmaps=1,services=5");
        await space.OkAsync("create", "configmap", "one");
        Assert.Contains("exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1", await space.FailAsync("create", "configmap", "two"));
        await space.OkAsync("create", "job", "once", "--image=shop/migrate:1");
        await space.OkAsync("create", "cronjob", "often", "--image=shop/migrate:1", "--schedule=*/5 * * * *");
        await space.OkAsync("create", "service", "nodeport", "np", "--tcp=80:8080");
        await space.OkAsync("create", "poddisruptionbudget", "keep", "--selector=app=api", "--min-available=1");
        Assert.Equal("aHVudGVyMg==", await space.OkAsync("get", "secret", "s", "-o", "jsonpath={.data.password}"));
        Assert.Matches(@"often +\*/5 \* \* \* \* +<none> +False", await space.OkAsync("get", "cronjob"));
    }

    [Fact]
    public async Task Logs_come_from_the_containers()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync(replicas: 1);
        var all = await space.OkAsync("logs", "deployment/api", "--timestamps");
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\S+Z ", all);
        Assert.Single((await space.OkAsync("logs", "-l", "app=api", "--tail=1")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("previous terminated container \"app\" in pod", await space.FailAsync("logs", "deployment/api", "--previous"));
    }

    [Fact]
    public async Task Auth_can_i_and_whoami_and_the_contexts_of_the_kubeconfig()
    {
        var space = await cluster.SpaceAsync();
        Assert.Equal("yes\n", await space.OkAsync("auth", "can-i", "patch", "deployments"));
        var viewer = await space.PipeAsync("", "--context", "empty-viewer", "auth", "can-i", "patch", "deployments");
        Assert.Equal((1, "no\n"), (viewer.Exit, viewer.Output));
        Assert.Contains("deployments.", await space.OkAsync("--context", "empty-viewer", "auth", "can-i", "--list"));
        Assert.Contains("practice-cert-admin", await space.OkAsync("--context", "empty-cert", "auth", "whoami"));
        Assert.Contains("bob", await space.OkAsync("--as", "bob", "auth", "whoami"));
        Assert.Contains("You must be logged in to the server (Unauthorized)", await space.FailAsync("--context", "empty-expired", "get", "pods"));
        Assert.Contains("certificate signed by unknown authority", await space.FailAsync("--context", "empty-wrong-ca", "get", "pods"));
        Assert.Contains(
            $"User \"practice-viewer\" cannot delete resource \"deployments\" in API group \"apps\" in the namespace \"{space.Namespace}\"",
            await space.FailAsync("--context", "empty-viewer", "delete", "deployment", "api"));
    }

    [Fact]
    public async Task Events_tell_the_story()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync(replicas: 1);
        Assert.Matches(@"LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n", await space.OkAsync("get", "events"));
        Assert.Matches(@"Normal +ScalingReplicaSet +deployment/api ", await space.OkAsync("get", "events", "--field-selector=involvedObject.kind=Deployment"));
        Assert.Matches(@"Normal +Started ", await space.OkAsync("events", "--types=Normal"));
    }

    [Fact]
    public async Task Api_resources_explain_and_diff()
    {
        var space = await cluster.SpaceAsync();
        Assert.Matches(@"deployments +deploy +apps/v1 +true +Deployment", await space.OkAsync("api-resources"));
        Assert.Contains("rollingUpdate", await space.OkAsync("explain", "deployment.spec.strategy"));
        await space.ApplyAsync(KubectlSpace.Deployment());
        var diff = await space.PipeAsync(KubectlSpace.Deployment(replicas: 5), "diff", "-f", "-");
        Assert.Equal(1, diff.Exit);
        Assert.Contains("+  replicas: 5", diff.Output);
    }

    [Fact]
    public async Task A_namespace_is_deleted_with_what_is_in_it()
    {
        var space = await cluster.SpaceAsync();
        await space.DeployAsync();
        await space.OkAsync("delete", "namespace", space.Namespace, "--timeout=60s");
        Assert.Contains("not found", await space.FailAsync("get", "namespace", space.Namespace));
        Assert.True(space.Cluster.Store.List(Resources.Deployments, space.Namespace).Items.IsEmpty);
    }

}
