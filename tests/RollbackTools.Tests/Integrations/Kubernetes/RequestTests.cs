using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class RequestTests
{
    [Fact]
    public async Task An_object_is_read_over_HTTP2_with_the_kubeconfigs_token()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        var deployment = await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("api", deployment.Metadata.Name);
        Assert.Equal("10", deployment.Metadata.ResourceVersion);
        Assert.Contains("unknownField", deployment.Spec.Template.GetRawText(), StringComparison.Ordinal);
        var request = Assert.Single(fixture.Server.Requests);
        Assert.Equal("/apis/apps/v1/namespaces/prod/deployments/api", request.Target);
        Assert.Equal("HTTP/2", request.Protocol);
        Assert.Equal("Bearer secret-token-1234", request.Header("Authorization"));
        Assert.StartsWith("RollbackTools/", request.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_HTTP2_is_spoken_to_in_HTTP1()
    {
        await using var fixture = await ClusterFixture.StartAsync(HttpProtocols.Http1);
        fixture.Server.Then(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("HTTP/1.1", Assert.Single(fixture.Server.Requests).Protocol);
    }

    [Fact]
    public async Task Many_requests_share_one_connection()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();
        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.GetAsync(Resources.Deployments, "prod", "api", default)));

        Assert.Equal(51, fixture.Server.Requests.Count);
        Assert.Single(fixture.Server.Requests.Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task A_compressed_answer_is_asked_for_and_read()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.ContentType = "application/json";
            await using var zip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync(Encoding.UTF8.GetBytes(Answers.Deployment()));
        });
        using var cluster = fixture.Connect();

        Assert.Equal("api", (await cluster.GetAsync(Resources.Deployments, "prod", "api", default)).Metadata.Name);
        Assert.Contains("gzip", fixture.Server.Requests[0].Header("Accept-Encoding"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subresource_is_part_of_the_path_and_of_what_is_said()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.PatchAsync(Resources.Rollouts, "prod", "api", new Patch(PatchType.Merge, "{}"u8.ToArray()), new WriteOptions { Subresource = "status" }, default);

        Assert.StartsWith("/apis/argoproj.io/v1alpha1/namespaces/prod/rollouts/api/status?", Assert.Single(fixture.Server.Requests).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_Secret_only_its_metadata_is_asked_for()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""{"kind":"PartialObjectMetadata","metadata":{"name":"db"}}"""));
        using var cluster = fixture.Connect();

        Assert.Equal("db", (await cluster.GetAsync(Resources.Secrets, "prod", "db", default)).Metadata.Name);
        Assert.StartsWith("application/json;as=PartialObjectMetadata;", Assert.Single(fixture.Server.Requests).Header("Accept"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PatchType.Json, "application/json-patch+json")]
    [InlineData(PatchType.Merge, "application/merge-patch+json")]
    [InlineData(PatchType.Strategic, "application/strategic-merge-patch+json")]
    [InlineData(PatchType.Apply, "application/apply-patch+yaml")]
    public async Task Each_patch_type_has_its_media_type(PatchType type, string mediaType)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(Answers.Deployment(version: "11")));
        using var cluster = fixture.Connect();

        var patched = await cluster.PatchAsync(
            Resources.Deployments, "prod", "api", new Patch(type, "{\"spec\":{}}"u8.ToArray()), new WriteOptions { DryRun = true, ForceApply = true }, default);

        Assert.Equal("11", patched.Metadata.ResourceVersion);
        var request = Assert.Single(fixture.Server.Requests);
        Assert.Equal("PATCH", request.Method);
        Assert.Equal(mediaType, request.Header("Content-Type"));
        Assert.Equal("{\"spec\":{}}", request.Body);
        Assert.Equal("?fieldManager=rollbacktools&dryRun=All" + (type == PatchType.Apply ? "&force=true" : ""), request.Query);
    }

    [Fact]
    public async Task A_created_object_carries_its_apiVersion_and_kind()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""{"metadata":{"name":"rollback-api","resourceVersion":"1"},"spec":{"holderIdentity":"ann"}}""", 201));
        using var cluster = fixture.Connect();

        var lease = await cluster.CreateAsync(
            Resources.Leases, "prod", new Lease { Metadata = new ObjectMeta { Name = "rollback-api" }, Spec = new LeaseSpec { HolderIdentity = "ann" } },
            WriteOptions.Default, default);

        Assert.Equal("ann", lease.Spec.HolderIdentity);
        var request = Assert.Single(fixture.Server.Requests);
        Assert.Equal("/apis/coordination.k8s.io/v1/namespaces/prod/leases?fieldManager=rollbacktools", request.Target);
        Assert.StartsWith("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease",""", request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_carries_its_preconditions()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("{}"));
        using var cluster = fixture.Connect();

        await cluster.DeleteAsync(
            Resources.Pods, "prod", "api-1", new DeleteOptions { IfUid = "u", IfResourceVersion = "7", GracePeriodSeconds = 0, DryRun = true }, default);

        var request = Assert.Single(fixture.Server.Requests);
        Assert.Equal("DELETE /api/v1/namespaces/prod/pods/api-1", $"{request.Method} {request.Target}");
        Assert.Equal(
            """{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"preconditions":{"uid":"u","resourceVersion":"7"},"dryRun":["All"]}""",
            request.Body);
    }

    [Theory]
    [InlineData("{\"status\":{\"allowed\":true}}", true, null)]
    [InlineData("{\"status\":{\"allowed\":false,\"reason\":\"no rule\"}}", false, "no rule")]
    [InlineData("{\"status\":{\"allowed\":false,\"evaluationError\":\"webhook down\"}}", false, "webhook down")]
    public async Task An_access_review_tells_the_servers_decision(string answer, bool allowed, string? reason)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(answer, 201));
        using var cluster = fixture.Connect();

        var decision = await cluster.CanIAsync(new AccessQuery("patch", "apps", "deployments", "prod") { Name = "api" }, default);

        Assert.Equal(new AccessDecision(allowed, reason), decision);
        var request = Assert.Single(fixture.Server.Requests);
        Assert.Equal("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", request.Target);
        Assert.Contains("""{"verb":"patch","group":"apps","resource":"deployments","namespace":"prod","name":"api"}""", request.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../secrets")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a%2fb")]
    [InlineData("api?watch=1")]
    [InlineData("API")]
    [InlineData("")]
    public async Task A_text_that_is_no_name_never_becomes_a_path(string name)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var cluster = fixture.Connect();

        var wrongName = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", name, default));
        var wrongNamespace = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, name, "api", default));

        Assert.Equal(EstateErrorKind.Rejected, wrongName.Kind);
        Assert.Equal(EstateErrorKind.Rejected, wrongNamespace.Kind);
        Assert.Empty(fixture.Server.Requests);
    }
}
