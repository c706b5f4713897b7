using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class WriteTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/prod/deployments";

    [Fact]
    public async Task A_new_quota_says_at_once_what_is_in_use()
    {
        await using var api = await ApiSession.StartAsync();
        api.Add(Resources.ConfigMaps, """{"metadata":{"name":"a","namespace":"prod"}}""");

        await api.PostAsync("/api/v1/namespaces/prod/resourcequotas",
            """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"few"},"spec":{"hard":{"configmaps":"3","pods":"5"}}}""");

        var status = (await api.GetAsync("/api/v1/namespaces/prod/resourcequotas/few")).Json["status"]!;
        Assert.Equal(("1", "0", "3"), ((string?)status["used"]!["configmaps"], (string?)status["used"]!["pods"], (string?)status["hard"]!["configmaps"]));
    }

    [Fact]
    public async Task A_deployment_is_filled_in_as_a_real_server_fills_it()
    {
        await using var api = await ApiSession.StartAsync();

        var made = (await api.PostAsync(Deployments, ApiSession.Deployment)).Json;

        var spec = made["spec"]!;
        var pod = spec["template"]!["spec"]!;
        Assert.Equal((600, 10, 2), ((int)spec["progressDeadlineSeconds"]!, (int)spec["revisionHistoryLimit"]!, (int)spec["replicas"]!));
        Assert.Equal("""{"maxUnavailable":"25%","maxSurge":"25%"}""", spec["strategy"]!["rollingUpdate"]!.ToJsonString());
        Assert.Equal(("Always", 30, "ClusterFirst"), ((string)pod["restartPolicy"]!, (int)pod["terminationGracePeriodSeconds"]!, (string)pod["dnsPolicy"]!));
        Assert.Equal("IfNotPresent", (string?)pod["containers"]![0]!["imagePullPolicy"]);
        Assert.Equal("/dev/termination-log", (string?)pod["containers"]![0]!["terminationMessagePath"]);
        Assert.Equal((1, "prod"), ((int)made["metadata"]!["generation"]!, (string)made["metadata"]!["namespace"]!));
    }

    [Theory]
    [InlineData("app", "Always")]
    [InlineData("app:latest", "Always")]
    [InlineData("registry:5000/app", "Always")]
    [InlineData("registry:5000/app:1", "IfNotPresent")]
    [InlineData("app@sha256:abc", "IfNotPresent")]
    public async Task The_tag_decides_when_to_pull(string image, string policy)
    {
        await using var api = await ApiSession.StartAsync();
        var made = await api.PostAsync(Deployments, ApiSession.Deployment.Replace("registry.example.com/api:40", image));
        Assert.Equal(policy, (string?)made.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["imagePullPolicy"]);
    }

    [Fact]
    public async Task A_name_can_be_generated_and_is_taken_only_once()
    {
        await using var api = await ApiSession.StartAsync();
        const string path = "/api/v1/namespaces/prod/configmaps";
        var generated = await api.PostAsync(path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"cm-"}}""");
        Assert.Matches("^cm-[a-z0-9]{5}$", (string?)generated.Json["metadata"]!["name"]);

        await api.PostAsync(path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}""");
        var again = await api.PostAsync(path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}""");
        Assert.Equal((HttpStatusCode.Conflict, "AlreadyExists", "configmaps \"one\" already exists"), (again.Code, again.Reason, again.Message));
    }

    [Theory]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}""", 400, "no kind \"ConfigMap\" is registered for version \"v2\"")]
    [InlineData("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""", 400, "Secret in version \"v1\" cannot be handled as a ConfigMap")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"A_b"}}""", 422, "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}""", 422, "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"1"}}""", 500, "resourceVersion should not be set on objects to be created")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":1}}""", 400, "cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [InlineData("[]", 400, "must be of type ConfigMap")]
    [InlineData("{", 400, "json parse error: unexpected end of JSON input ({)")]
    [InlineData("""{"a":1,"a":2}""", 400, "error decoding the body")]
    public async Task A_body_that_cannot_be_stored_is_refused_with_the_reason(string body, int code, string message)
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.PostAsync("/api/v1/namespaces/prod/configmaps", body);
        Assert.Equal(code, (int)reply.Code);
        Assert.Contains(message, reply.Message);
        Assert.Empty(api.Store.List(Resources.ConfigMaps).Items);
    }

    [Fact]
    public async Task A_namespace_must_be_there_and_not_on_its_way_out()
    {
        await using var api = await ApiSession.StartAsync();
        const string map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""";
        Assert.Equal("namespaces \"gone\" not found", (await api.PostAsync("/api/v1/namespaces/gone/configmaps", map)).Message);

        await api.DeleteAsync("/api/v1/namespaces/prod");
        Assert.Equal("Terminating", (string?)(await api.GetAsync("/api/v1/namespaces/prod")).Json["status"]!["phase"]);
        Assert.Equal(
            "configmaps \"a\" is forbidden: unable to create new content in namespace prod because it is being terminated",
            (await api.PostAsync("/api/v1/namespaces/prod/configmaps", map)).Message);
    }

    [Fact]
    public async Task An_invalid_workload_lists_every_cause()
    {
        await using var api = await ApiSession.StartAsync();
        var body = ApiSession.Parse(ApiSession.Deployment);
        body["spec"]!["replicas"] = -1;
        body["spec"]!["template"]!["metadata"]!["labels"]!["app"] = "other";
        body["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject().Remove("image");
        body["spec"]!["template"]!["spec"]!["restartPolicy"] = "Never";

        var reply = await api.PostAsync(Deployments, body.ToJsonString());

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (reply.Code, reply.Reason));
        Assert.Equal(
            ["spec.replicas", "spec.template.metadata.labels", "spec.template.spec.containers[0].image", "spec.template.spec.restartPolicy"],
            reply.Json["details"]!["causes"]!.AsArray().Select(cause => (string?)cause!["field"]));
        Assert.StartsWith("Deployment.apps \"api\" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, ", reply.Message);
        Assert.Contains("`selector` does not match template `labels`", reply.Message);
    }

    [Fact]
    public async Task A_stale_update_conflicts_and_an_unconditional_one_does_not()
    {
        await using var api = await ApiSession.StartAsync();
        var stale = (await api.PostAsync(Deployments, ApiSession.Deployment)).Json;
        var fresh = ApiSession.Parse(stale.ToJsonString());
        fresh["spec"]!["replicas"] = 3;
        var saved = await api.PutAsync($"{Deployments}/api", fresh);
        Assert.Equal(2, (int?)saved.Json["metadata"]!["generation"]);

        stale["spec"]!["replicas"] = 4;
        var refused = await api.PutAsync($"{Deployments}/api", stale);
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (refused.Code, refused.Reason));
        Assert.Equal(
            "Operation cannot be fulfilled on deployments.apps \"api\": the object has been modified; please apply your changes to the latest version and try again",
            refused.Message);

        stale["metadata"]!.AsObject().Remove("resourceVersion");
        Assert.Equal(4, (int?)(await api.PutAsync($"{Deployments}/api", stale)).Json["spec"]!["replicas"]);
        stale["metadata"]!["uid"] = "somebody-else";
        Assert.Equal(HttpStatusCode.Conflict, (await api.PutAsync($"{Deployments}/api", stale)).Code);
    }

    [Fact]
    public async Task What_must_not_change_cannot_be_changed()
    {
        await using var api = await ApiSession.StartAsync();
        var made = (await api.PostAsync(Deployments, ApiSession.Deployment)).Json;
        made["spec"]!["selector"]!["matchLabels"]!["tier"] = "x";
        made["spec"]!["template"]!["metadata"]!["labels"]!["tier"] = "x";
        made["metadata"]!["creationTimestamp"] = "2001-01-01T00:00:00Z";

        var reply = await api.PutAsync($"{Deployments}/api", made);

        Assert.Equal(
            "Deployment.apps \"api\" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"api\", " +
            "\"tier\":\"x\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable",
            reply.Message);
    }

    [Fact]
    public async Task A_lease_is_updated_only_at_the_version_one_has_seen_and_made_by_a_put()
    {
        await using var api = await ApiSession.StartAsync();
        const string path = "/apis/coordination.k8s.io/v1/namespaces/prod/leases/lock";
        var lease = ApiSession.Parse("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lock"},"spec":{"holderIdentity":"a"}}""");
        Assert.Equal(HttpStatusCode.Created, (await api.PutAsync(path, lease)).Code);
        var blind = await api.PutAsync(path, lease);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, blind.Code);
        Assert.Contains("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update", blind.Message);
    }

    [Fact]
    public async Task Status_is_written_through_its_own_door_only()
    {
        await using var api = await ApiSession.StartAsync();
        var made = (await api.PostAsync(Deployments, ApiSession.Deployment.Replace("\"spec\":{\"replicas\"", "\"status\":{\"replicas\":9},\"spec\":{\"replicas\""))).Json;
        Assert.Empty(made["status"]!.AsObject());

        await api.PatchAsync($"{Deployments}/api", "application/merge-patch+json", """{"status":{"replicas":9}}""");
        var through = await api.PatchAsync($"{Deployments}/api/status", "application/merge-patch+json", """{"status":{"replicas":2},"spec":{"replicas":7}}""");

        Assert.Equal((2, 2), ((int?)through.Json["status"]!["replicas"], (int?)through.Json["spec"]!["replicas"]));
        Assert.Equal(1, (int?)through.Json["metadata"]!["generation"]);
    }

    [Theory]
    [InlineData("?fieldValidation=Strict", 400, 0)]
    [InlineData("", 201, 1)]
    [InlineData("?fieldValidation=Warn", 201, 1)]
    [InlineData("?fieldValidation=Ignore", 201, 0)]
    public async Task An_unknown_field_is_refused_warned_of_or_ignored(string query, int code, int warnings)
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.PostAsync(Deployments + query, ApiSession.Deployment.Replace("\"replicas\"", "\"replikas\":3,\"replicas\""));
        Assert.Equal((code, warnings), ((int)reply.Code, reply.Warnings.Count));
        if (code == 400)
            Assert.Equal("Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.replikas\"", reply.Message);
        else
            Assert.Null(reply.Json["spec"]!["replikas"]);
    }

    [Fact]
    public async Task A_dry_run_does_everything_but_keep_it()
    {
        await using var api = await ApiSession.StartAsync();
        var before = api.Store.Version;

        var made = await api.PostAsync($"{Deployments}?dryRun=All", ApiSession.Deployment);
        Assert.Equal((HttpStatusCode.Created, 600), (made.Code, (int)made.Json["spec"]!["progressDeadlineSeconds"]!));
        Assert.Equal(before, api.Store.Version);

        await api.PostAsync(Deployments, ApiSession.Deployment);
        before = api.Store.Version;
        var patched = await api.PatchAsync($"{Deployments}/api?dryRun=All", "application/merge-patch+json", """{"spec":{"replicas":7}}""");
        await api.DeleteAsync($"{Deployments}/api?dryRun=All");
        Assert.Equal((7, 2), ((int)patched.Json["spec"]!["replicas"]!, (int)patched.Json["metadata"]!["generation"]!));
        Assert.Equal(before, api.Store.Version);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync($"{Deployments}?dryRun=Some", ApiSession.Deployment)).Code);
    }

    [Fact]
    public async Task A_quota_refuses_the_pod_that_is_one_too_many()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync("/api/v1/namespaces/prod/resourcequotas", """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"small"},"spec":{"hard":{"pods":"1"}}}""");
        string Pod(string name) => $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"app","image":"app:1"}]}}""";

        Assert.Equal(HttpStatusCode.Created, (await api.PostAsync("/api/v1/namespaces/prod/pods", Pod("a"))).Code);
        var second = await api.PostAsync("/api/v1/namespaces/prod/pods", Pod("b"));

        Assert.Equal(HttpStatusCode.Forbidden, second.Code);
        Assert.Equal("pods \"b\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1", second.Message);
    }

    [Fact]
    public async Task A_webhook_refuses_with_its_name_and_reason_until_it_is_taken_away()
    {
        await using var api = await ApiSession.StartAsync();
        using (api.Server.Admission.Add("images.example.com", request => request.Object?.ToJsonString().Contains("forbidden/") == true ? "image not allowed" : null))
        {
            var reply = await api.PostAsync(Deployments, ApiSession.Deployment.Replace("registry.example.com/", "forbidden/"));
            Assert.Equal(HttpStatusCode.Forbidden, reply.Code);
            Assert.Equal("admission webhook \"images.example.com\" denied the request: image not allowed", reply.Message);
        }

        Assert.Equal(HttpStatusCode.Created, (await api.PostAsync(Deployments, ApiSession.Deployment.Replace("registry.example.com/", "forbidden/"))).Code);
    }

    [Fact]
    public async Task Writers_are_remembered_with_the_fields_they_set()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);
        var patched = await api.PatchAsync(
            $"{Deployments}/api?fieldManager=ops", "application/strategic-merge-patch+json",
            """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example.com/api:41"}]}}}}""");

        var entries = patched.Json["metadata"]!["managedFields"]!.AsArray();
        JsonNode Container(string who) => entries.Single(entry => (string?)entry!["manager"] == who)!["fieldsV1"]!["f:spec"]!["f:template"]!["f:spec"]!["f:containers"]!["k:{\"name\":\"app\"}"]!;
        Assert.False(Container("tests").AsObject().ContainsKey("f:image"));
        Assert.Equal("""{"f:image":{}}""", Container("ops").ToJsonString());
    }

    [Fact]
    public async Task A_service_gets_an_address_and_keeps_it()
    {
        await using var api = await ApiSession.StartAsync();
        const string path = "/api/v1/namespaces/prod/services";
        var made = (await api.PostAsync(path, """{"apiVersion":"v1","kind":"Service","metadata":{"name":"api"},"spec":{"ports":[{"port":80}]}}""")).Json;
        var address = (string?)made["spec"]!["clusterIP"];
        Assert.StartsWith("10.96.", address);
        Assert.Equal((80, "TCP"), ((int)made["spec"]!["ports"]![0]!["targetPort"]!, (string)made["spec"]!["ports"]![0]!["protocol"]!));

        made["spec"]!.AsObject().Remove("clusterIP");
        made["spec"]!.AsObject().Remove("clusterIPs");
        Assert.Equal(address, (string?)(await api.PutAsync($"{path}/api", made)).Json["spec"]!["clusterIP"]);
    }
}
