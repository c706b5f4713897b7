using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Authentication;

public sealed class CredentialTests
{
    [Fact]
    public async Task A_token_file_is_read_again_when_it_is_renewed()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        fixture.Machine.Write(".kube/token", "first-token\n");
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "tokenFile: token\ntoken: written-token");
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        fixture.Machine.Write(".kube/token", "second-token");
        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal(["Bearer first-token", "Bearer second-token"], fixture.Server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_refused_token_file_is_read_again_at_once()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var token = fixture.Machine.Write(".kube/token", "first-token");
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "tokenFile: token");
        fixture.Server.Then(async context =>
        {
            await File.WriteAllTextAsync(token, "second-token");
            await Answers.Status(401, "Unauthorized", "Unauthorized")(context);
        }).Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("Bearer second-token", fixture.Server.Requests[1].Header("Authorization"));
    }

    [Fact]
    public async Task A_user_name_and_password_are_sent_as_basic_authorization()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "username: ann\npassword: pass:word");
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("Basic " + Convert.ToBase64String("ann:pass:word"u8), fixture.Server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public async Task Impersonation_comes_from_the_kubeconfig()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem,
            user: "token: t\nas: bob\nas-uid: '7'\nas-groups: [dev, ops]\nas-user-extra: { example.com/Team: [red, blue] }");
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        var request = fixture.Server.Requests[0];
        Assert.Equal("bob", request.Header("Impersonate-User"));
        Assert.Equal("7", request.Header("Impersonate-Uid"));
        Assert.Equal("dev,ops", request.Header("Impersonate-Group"));
        Assert.Equal("red,blue", request.Header("Impersonate-Extra-example.com%2Fteam"));
        Assert.Equal("bob", cluster.Info.User);
    }

    [Fact]
    public async Task Impersonation_from_the_options_wins_as_a_whole()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "token: t\nas: bob\nas-groups: [dev]");
        using var cluster = fixture.Connect(estate: new EstateOptions { ImpersonateUser = "carol" });

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("carol", fixture.Server.Requests[0].Header("Impersonate-User"));
        Assert.Null(fixture.Server.Requests[0].Header("Impersonate-Group"));
    }

    [Fact]
    public async Task In_a_pod_the_service_account_connects()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        File.Delete(Path.Combine(fixture.Machine.Home, ".kube", "config"));
        fixture.Machine.Write("serviceaccount/token", "pod-token");
        fixture.Machine.Write("serviceaccount/namespace", "ops");
        fixture.Machine.Write("serviceaccount/ca.crt", fixture.Certificates.AuthorityPem);
        fixture.Machine.Variables["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
        fixture.Machine.Variables["KUBERNETES_SERVICE_PORT"] = fixture.Server.Address.Port.ToString();
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, null, "api", default);

        Assert.Equal("/apis/apps/v1/namespaces/ops/deployments/api", fixture.Server.Requests[0].Target);
        Assert.Equal("Bearer pod-token", fixture.Server.Requests[0].Header("Authorization"));
        Assert.Equal("in-cluster", cluster.Info.Estate);
    }

    /// <summary>Secrets in every place that holds one, a server that echoes them, and every error there is.</summary>
    [Theory]
    [InlineData("token: SECRET-token-0001")]
    [InlineData("username: ann\npassword: SECRET-pass-0002")]
    [InlineData("tokenFile: token")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, args: [--client-secret=SECRET-arg-0003], env: [ { name: KEY, value: SECRET-env-0004 } ] }")]
    public async Task No_secret_ever_reaches_a_message(string user)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.Write(".kube/token", "SECRET-file-0005");
        fixture.Machine.WriteScript(".kube/plugin.sh", """
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"SECRET-exec-0006"}}'
            """);
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user);
        using var cluster = fixture.Connect();

        foreach (var status in new[] { 400, 401, 403, 404, 409, 410, 422, 500 })
        {
            fixture.Server.Otherwise(context =>
            {
                var authorization = context.Request.Headers.Authorization.ToString();
                return Answers.Status(status, "Odd", $"cannot use {authorization}", name: authorization)(context);
            });
            var error = await Assert.ThrowsAsync<EstateException>(() =>
                cluster.PatchAsync(Resources.Deployments, "prod", "api", new Patch(PatchType.Merge, "{}"u8.ToArray()), WriteOptions.Default, default));
            AssertClean(error);
        }

        fixture.Server.Otherwise(context => { context.Abort(); return Task.CompletedTask; });
        AssertClean(await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default)));
        Assert.Contains(fixture.Server.Requests, request => Decoded(request.Header("Authorization")!).Contains("SECRET", StringComparison.Ordinal));
    }

    private static void AssertClean(EstateException error)
    {
        var text = string.Join('\n', error.ToString(), error.Request, error.Reason, error.Recommendation);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("ann:SECRET-pass-0002"u8), text, StringComparison.Ordinal);
    }

    private static string Decoded(string header) => header.StartsWith("Basic ", StringComparison.Ordinal)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..]))
        : header;
}
