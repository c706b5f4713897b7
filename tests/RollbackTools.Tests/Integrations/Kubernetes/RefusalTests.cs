using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class RefusalTests
{
    [Theory]
    [InlineData(400, "BadRequest", "container c is waiting to start", EstateErrorKind.Rejected)]
    [InlineData(401, "Unauthorized", "Unauthorized", EstateErrorKind.Unauthenticated)]
    [InlineData(403, "Forbidden", "deployments.apps \"api\" is forbidden: User \"u\" cannot get resource", EstateErrorKind.Forbidden)]
    [InlineData(403, "Forbidden", "admission webhook \"policy\" denied the request: no latest tags", EstateErrorKind.Rejected)]
    [InlineData(403, "Forbidden", "pods \"x\" is forbidden: exceeded quota: compute", EstateErrorKind.Rejected)]
    [InlineData(404, "NotFound", "deployments.apps \"api\" not found", EstateErrorKind.NotFound)]
    [InlineData(409, "Conflict", "the object has been modified", EstateErrorKind.Conflict)]
    [InlineData(409, "AlreadyExists", "leases \"x\" already exists", EstateErrorKind.AlreadyExists)]
    [InlineData(410, "Expired", "too old", EstateErrorKind.Expired)]
    [InlineData(422, "Invalid", "spec.template: Invalid value", EstateErrorKind.Rejected)]
    public async Task Each_refusal_has_its_kind_and_keeps_the_servers_words(int status, string reason, string message, EstateErrorKind kind)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(status, reason, message, name: "api"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, error.Status);
        Assert.Equal(reason, error.Reason);
        Assert.Equal("GET apps/v1 deployments/api -n prod", error.Request);
        if (kind != EstateErrorKind.Unauthenticated) Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("watch")]
    [InlineData("create")]
    [InlineData("patch")]
    [InlineData("delete")]
    public async Task Forbidden_names_the_verb_the_kind_and_the_question_to_ask(string verb)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(403, "Forbidden", "no"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => CallAsync(cluster, verb));

        Assert.Equal(EstateErrorKind.Forbidden, error.Kind);
        Assert.Contains($"user 'u' may not {verb} pods", error.Message, StringComparison.Ordinal);
        Assert.Equal($"kubectl auth can-i {verb} pods -n prod --context prod", error.Recommendation);
    }

    [Fact]
    public async Task Who_acts_as_somebody_is_told_to_ask_as_that_one()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(403, "Forbidden", "no"));
        using var cluster = fixture.Connect(estate: new EstateOptions { ImpersonateUser = "carol o'neil", ImpersonateGroups = ["system:ops"] });

        var error = await Assert.ThrowsAsync<EstateException>(() => CallAsync(cluster, "list"));

        Assert.Equal("kubectl auth can-i list pods -n prod --context prod --as 'carol o''neil' --as-group system:ops", error.Recommendation);
    }

    [Fact]
    public async Task A_list_of_a_kind_that_is_not_served_says_that()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Status(404, "NotFound", "the server could not find the requested resource"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => CallAsync(cluster, "list"));

        Assert.Contains("does not serve v1 pods: the server could not find", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forbidden_logs_name_the_subresource()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(403, "Forbidden", "no"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(async () =>
        {
            await foreach (var _ in cluster.ReadLogAsync("prod", "api-1", new LogOptions(), default)) Assert.Fail("a line");
        });

        Assert.Contains("may not get pods/log \"api-1\" in namespace prod", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_error_says_which_field()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""
            {"kind":"Status","code":422,"reason":"Invalid","message":"Deployment is invalid","details":{"name":"api","causes":[
              {"reason":"FieldValueRequired","message":"Required value","field":"spec.template.spec.containers[0].image"}]}}
            """, 422));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Contains("spec.template.spec.containers[0].image: Required value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_the_server_does_not_serve_is_told_from_an_object_it_lacks()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Text("404 page not found", 404), Answers.NotFound);
        using var cluster = fixture.Connect();

        var kind = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));
        var thing = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Contains("does not serve apps/v1 deployments", kind.Message, StringComparison.Ordinal);
        Assert.Contains("deployments.apps \"api\" in namespace prod was not found", thing.Message, StringComparison.Ordinal);
        Assert.Equal("kubectl get deployments.apps -n prod --context prod", thing.Recommendation);
    }

    [Fact]
    public async Task A_login_page_is_not_taken_for_an_answer()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Text("<html>sign in</html>", type: "text/html"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Server, error.Kind);
        Assert.Contains("it is not a Kubernetes API", error.Message, StringComparison.Ordinal);
        Assert.Single(fixture.Server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_our_credentials()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "https://login.example.com/?next=secret";
            return Task.CompletedTask;
        });
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Contains("a redirect to login.example.com", error.Message, StringComparison.Ordinal);
        Assert.Single(fixture.Server.Requests);
    }

    [Fact]
    public async Task Control_characters_in_a_servers_words_do_not_reach_the_terminal()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Status(422, "Invalid", "bad\u001b[2Jthing\r\nnext", name: "api"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Contains("bad [2Jthing next", error.Message, StringComparison.Ordinal);
    }

    private static async Task CallAsync(ICluster cluster, string verb)
    {
        switch (verb)
        {
            case "get": await cluster.GetAsync(Resources.Pods, "prod", "api-1", default); break;
            case "list": await cluster.ListAsync(Resources.Pods, "prod", ListFilter.None, default); break;
            case "watch": await foreach (var _ in cluster.WatchAsync(Resources.Pods, "prod", ListFilter.None, "1", default)) break; break;
            case "create": await cluster.CreateAsync(Resources.Pods, "prod", new Pod(), WriteOptions.Default, default); break;
            case "patch": await cluster.PatchAsync(Resources.Pods, "prod", "api-1", new Patch(PatchType.Merge, default), WriteOptions.Default, default); break;
            case "delete": await cluster.DeleteAsync(Resources.Pods, "prod", "api-1", new DeleteOptions(), default); break;
        }
    }
}
