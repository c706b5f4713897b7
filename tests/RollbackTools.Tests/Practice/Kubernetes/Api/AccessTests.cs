using System.Net;
using System.Security.Cryptography.X509Certificates;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class AccessTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/prod/deployments";

    [Fact]
    public async Task Nobody_is_let_in_without_credentials()
    {
        await using var api = await ApiSession.StartAsync();
        using var anonymous = api.NewClient();

        var reply = await api.SendAsync(HttpMethod.Get, "/api/v1/pods", client: anonymous);

        Assert.Equal(HttpStatusCode.Unauthorized, reply.Code);
        Assert.Equal(("Status", "Unauthorized", "Unauthorized"), ((string?)reply.Json["kind"], reply.Reason, reply.Message));
    }

    [Fact]
    public async Task An_expired_token_gets_401_and_a_valid_one_does_not()
    {
        await using var api = await ApiSession.StartAsync();
        using var expired = api.NewClient(token: api.Server.Tokens.Expired.Token);
        using var viewer = api.NewClient(token: api.Server.Tokens.ReadOnly.Token);

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Get, Deployments, client: expired)).Code);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, Deployments, client: viewer)).Code);
    }

    [Fact]
    public async Task A_token_can_be_taken_back_while_the_server_runs()
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Authenticator.Remove(api.Server.Tokens.Admin.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync(Deployments)).Code);
    }

    [Fact]
    public async Task A_refusal_names_the_user_the_verb_the_resource_and_the_namespace()
    {
        await using var api = await ApiSession.StartAsync();
        using var viewer = api.NewClient(token: api.Server.Tokens.ReadOnly.Token);

        var patch = await api.SendAsync(
            HttpMethod.Patch, $"{Deployments}/api", "{}", "application/merge-patch+json", client: viewer);
        var list = await api.SendAsync(HttpMethod.Get, "/api/v1/secrets", client: viewer);
        var path = await api.SendAsync(HttpMethod.Get, "/practice/requests", client: viewer);

        Assert.Equal(HttpStatusCode.Forbidden, patch.Code);
        Assert.Equal(
            "deployments.apps \"api\" is forbidden: User \"practice-viewer\" cannot patch resource \"deployments\" in API group \"apps\" " +
            "in the namespace \"prod\"",
            patch.Message);
        Assert.Equal(
            "secrets is forbidden: User \"practice-viewer\" cannot list resource \"secrets\" in API group \"\" at the cluster scope", list.Message);
        Assert.Equal("forbidden: User \"practice-viewer\" cannot get path \"/practice/requests\"", path.Message);
    }

    [Fact]
    public async Task Rights_on_a_resource_are_no_rights_on_its_subresources()
    {
        await using var api = await ApiSession.StartAsync(new KubernetesApiOptions
        {
            Tokens = [new BearerToken("ops", new KubernetesUser("ops", []))],
            AccessRules =
            [
                new AccessRule { Users = ["ops"], Verbs = ["get", "patch"], ApiGroups = ["apps"], Resources = ["deployments"], Namespaces = ["prod"], Names = ["api"] },
            ],
        });
        api.Add(Resources.Deployments, ApiSession.Deployment.Replace("\"name\":\"api\",\"labels\"", "\"name\":\"api\",\"namespace\":\"prod\",\"labels\""));
        using var ops = api.NewClient(token: "ops");

        async Task<HttpStatusCode> Get(string path) => (await api.SendAsync(HttpMethod.Get, path, client: ops)).Code;
        Assert.Equal(HttpStatusCode.OK, await Get($"{Deployments}/api"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get($"{Deployments}/api/scale"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get($"{Deployments}/other"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get("/apis/apps/v1/namespaces/default/deployments/api"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(Deployments));
    }

    [Fact]
    public async Task A_client_certificate_names_its_user_and_groups()
    {
        await using var api = await ApiSession.StartAsync();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            api.Server.WriteKubeconfig(path);
            var (certificate, key) = (Data(path, "client-certificate-data"), Data(path, "client-key-data"));
            using var pem = X509Certificate2.CreateFromPem(certificate, key);
            using var client = api.NewClient(new X509Certificate2(pem.Export(X509ContentType.Pkcs12)));

            var reply = await api.SendAsync(
                HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", client: client);

            Assert.Equal("practice-cert-admin", (string?)reply.Json["status"]!["userInfo"]!["username"]);
            Assert.Contains("system:masters", reply.Json["status"]!["userInfo"]!["groups"]!.AsArray().Select(group => (string?)group));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_certificate_of_another_authority_names_nobody()
    {
        await using var api = await ApiSession.StartAsync();
        using CertificateAuthority other = new("other", TimeProvider.System);
        var (certificate, key) = other.IssueClient("practice-cert-admin", [KubernetesUser.Masters]);
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        using var client = api.NewClient(new X509Certificate2(pem.Export(X509ContentType.Pkcs12)));

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Get, Deployments, client: client)).Code);
    }

    [Fact]
    public async Task An_admin_may_act_as_somebody_else_and_then_has_only_his_rights()
    {
        await using var api = await ApiSession.StartAsync();
        api.Client.DefaultRequestHeaders.Add("Impersonate-User", "bob");

        var reply = await api.GetAsync(Deployments);

        Assert.Equal(HttpStatusCode.Forbidden, reply.Code);
        Assert.Contains("User \"bob\" cannot list", reply.Message);
    }

    [Theory]
    [InlineData("rollouts")]
    [InlineData("analysisruns")]
    [InlineData("applications")]
    public void A_viewer_sees_what_the_controllers_of_add_ons_run(string resource) =>
        Assert.Contains(PracticeTokens.Rules, rule => rule.Covers(new AccessAttributes("list", "argoproj.io", resource, null, "prod", null)));

    [Fact]
    public async Task A_viewer_may_not_act_as_somebody_else()
    {
        await using var api = await ApiSession.StartAsync();
        using var viewer = api.NewClient(token: api.Server.Tokens.ReadOnly.Token);
        viewer.DefaultRequestHeaders.Add("Impersonate-User", "practice-admin");

        var reply = await api.SendAsync(HttpMethod.Get, Deployments, client: viewer);

        Assert.Equal(
            "users \"practice-admin\" is forbidden: User \"practice-viewer\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope",
            reply.Message);
    }

    [Theory]
    [InlineData("get", "deployments", null, true)]
    [InlineData("patch", "deployments", null, false)]
    [InlineData("get", "pods", "log", true)]
    [InlineData("create", "pods", "eviction", false)]
    public async Task An_access_review_answers_what_the_authorizer_would(string verb, string resource, string? subresource, bool allowed)
    {
        await using var api = await ApiSession.StartAsync();
        using var viewer = api.NewClient(token: api.Server.Tokens.ReadOnly.Token);
        var group = resource == "deployments" ? "apps" : "";

        var reply = await api.SendAsync(
            HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            $$$"""
            {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":
              {"namespace":"prod","verb":"{{{verb}}}","group":"{{{group}}}","resource":"{{{resource}}}","subresource":"{{{subresource}}}" } } }
            """,
            client: viewer);

        Assert.Equal(HttpStatusCode.Created, reply.Code);
        Assert.Equal(allowed, (bool?)reply.Json["status"]!["allowed"]);
    }

    [Fact]
    public async Task Roles_and_bindings_in_the_cluster_count()
    {
        await using var api = await ApiSession.StartAsync(new KubernetesApiOptions { Tokens = [new BearerToken("bob", new KubernetesUser("bob", []))] });
        using var bob = api.NewClient(token: "bob");
        async Task<HttpStatusCode> List(string path) => (await api.SendAsync(HttpMethod.Get, path, client: bob)).Code;
        Assert.Equal(HttpStatusCode.Forbidden, await List(Deployments));

        await api.PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"see"},
             "rules":[{"apiGroups":["apps"],"resources":["deployments"],"verbs":["list"]}]}
            """);
        await api.PostAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/prod/rolebindings", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"see"},
             "subjects":[{"kind":"User","name":"bob"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"see"}}
            """);

        Assert.Equal(HttpStatusCode.OK, await List(Deployments));
        Assert.Equal(HttpStatusCode.Forbidden, await List("/apis/apps/v1/namespaces/default/deployments"));
        Assert.Equal(HttpStatusCode.Forbidden, await List("/apis/apps/v1/deployments"));
    }

    private static string Data(string path, string key)
    {
        var line = File.ReadLines(path).First(line => line.Contains(key + ":"));
        return System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(line[(line.IndexOf(':') + 1)..].Trim()));
    }
}
