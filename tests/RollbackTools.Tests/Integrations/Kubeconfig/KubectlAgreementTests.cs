using System.Diagnostics;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubeconfig;

/// <summary>The same kubeconfig in the real kubectl's hands and in ours: the same server, user and headers.</summary>
public sealed class KubectlAgreementTests
{
    /// <summary>openssl req -new -x509 -key (ed25519) -subj /CN=u</summary>
    private const string Ed25519Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBLDCB36ADAgECAhRIebk70hSvd/sohF3NHLmgxkOEbzAFBgMrZXAwDDEKMAgG
        A1UEAwwBdTAeFw0yNjEyMDEwMzQzNDlaFw0yNjEyMzEwMzQzNDlaMAwxCjAIBgNV
        BAMMAXUwKjAFBgMrZXADIQDU+XlRQ70VgfKtCFJe62IMKC+aJhcA9cFyOPcgP6S2
        hqNTMFEwHQYDVR0OBBYEFEn534pWvye1rJ3JxnXUzwZTnYy6MB8GA1UdIwQYMBaA
        FEn534pWvye1rJ3JxnXUzwZTnYy6MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
        CZC0keXqp/0oVRLS+rx5L4j/pRbB2LkcDxs3UVrRMJBOA1V9Hjw/1XUcvvSUrBER
        PclKdxedgqdBP6fVGGoWBQ==
        -----END CERTIFICATE-----
        """;

    private static readonly string? Kubectl = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? "kubectl.exe" : "kubectl")).FirstOrDefault(File.Exists);

    [Theory]
    [InlineData("token: t-1")]
    [InlineData("token: t-1\ntokenFile: token")]
    [InlineData("token: t-1\ntokenFile: nowhere")]
    [InlineData("token: t-1\nclient-key: ann.key")]
    [InlineData("token: t-1\nexec: { apiVersion: client.authentication.k8s.io/v1, command: 'false', interactiveMode: Never }")]
    [InlineData("username: ann\nexec: { apiVersion: client.authentication.k8s.io/v1, command: 'false', interactiveMode: Never }")]
    [InlineData("client-certificate: ann.crt\nclient-key: ann.key\nexec: { apiVersion: client.authentication.k8s.io/v1, command: 'false', interactiveMode: Never }")]
    [InlineData("username: ann\npassword: pw")]
    [InlineData("client-certificate: ann.crt\nclient-key: ann.key")]
    [InlineData("client-certificate: ann.crt\nclient-key: ann.key\ntoken: t-1")]
    [InlineData("token: t-1\nas: bob")]
    [InlineData("token: t-1\nas: bob\nas-uid: '7'\nas-groups: [dev, 'ops team']\nas-user-extra: { example.com/Team: [red, blue], scopes: [a] }")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: Never }")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: IfAvailable, provideClusterInfo: true }")]
    public async Task Requests_prove_the_same_identity(string user)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        var (certificate, key) = fixture.Certificates.Client("ann");
        fixture.Machine.Write(".kube/ann.crt", certificate);
        fixture.Machine.Write(".kube/ann.key", key);
        fixture.Machine.Write(".kube/token", "token-from-file\n");
        fixture.Machine.WriteScript(".kube/plugin.sh",
            """echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"plugin-token"}}'""");
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user);

        await RunAsync(fixture.Machine, "get", "--raw", "/apis/apps/v1/namespaces/prod/deployments/api");
        using (var cluster = fixture.Connect()) await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        // Some kubectl distributions ask for the server's version first.
        var requests = fixture.Server.Requests.Where(request => request.Path.Contains("deployments", StringComparison.Ordinal)).ToList();
        var (theirs, ours) = (requests[0], requests[1]);
        Assert.StartsWith("kubectl", theirs.Header("User-Agent"), StringComparison.Ordinal);
        Assert.StartsWith("RollbackTools", ours.Header("User-Agent"), StringComparison.Ordinal);
        Assert.Equal(theirs.Target, ours.Target);
        Assert.Equal(theirs.ClientName, ours.ClientName);
        Assert.Equal(Identity(theirs), Identity(ours));
    }

    [Theory]
    [InlineData("a,b", null)]
    [InlineData("b,a", null)]
    [InlineData("missing,b,a", null)]
    [InlineData("empty,a", null)]
    [InlineData("b,a", "red")]
    [InlineData("anchors", null)]
    [InlineData("json", null)]
    public async Task Files_are_found_merged_and_chosen_from_alike(string files, string? context)
    {
        using var machine = new TestMachine();
        machine.Write("a", KubeconfigTests.File("red", "https://a-red.example", ns: "from-a", current: "red"));
        machine.Write("b", KubeconfigTests.File("red", "https://b-red.example", current: "blue")
            + "---\nignored: second document\n");
        machine.Write("c", KubeconfigTests.File("blue", "https://c-blue.example"));
        machine.Write("empty", "");
        machine.Write("anchors", """
            current-context: x
            contexts: [ { name: x, context: { cluster: c } } ]
            clusters:
            - { name: base, cluster: &base { server: "https://anchors.example" } }
            - { name: c, cluster: *base }
            """);
        machine.Write("json", """{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"https://j"}}]}""");
        machine.Variables["KUBECONFIG"] = string.Join(Path.PathSeparator, files.Split(',').Append("c").Select(name => Path.Combine(machine.Home, name)));

        var chosen = context is null ? [] : new[] { "--context", context };
        var server = await RunAsync(machine, ["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}", .. chosen]);
        var ns = await RunAsync(machine, ["config", "view", "--minify", "-o", "jsonpath={.contexts[0].context.namespace}", .. chosen]);
        var names = await RunAsync(machine, "config", "get-contexts", "-o", "name");
        await using var estate = machine.Open(new EstateOptions { Context = context });

        Assert.Equal(server, estate.Cluster.Info.Server);
        Assert.Equal(ns.Length > 0 ? ns : "default", estate.Cluster.Info.DefaultNamespace);
        Assert.Equal(names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), machine.Provider().ContextNames(null));
    }

    [Theory]
    [InlineData("a user without a body", "users: [ { name: u, user: { token: t } }, { name: old, user: null } ]")]
    [InlineData("a user with a name alone", "users: [ { name: u, user: { token: t } }, { name: admin } ]")]
    [InlineData("a user without a name", "users: [ { name: u, user: { token: t } }, { name: '', user: { token: x } } ]")]
    [InlineData("a user whose plugin makes no sense", "users: [ { name: u, user: { token: t } }, { name: o, user: { exec: { env: [ { value: x } ] } } } ]")]
    [InlineData("a cluster with a name alone", "clusters: [ { name: c, cluster: { server: https://x } }, { name: old } ]")]
    [InlineData("a context without a body", "contexts: [ { name: x, context: { cluster: c, user: u } }, { name: old, context: null } ]")]
    [InlineData("a context without a name", "current-context: ''\ncontexts: [ { context: { cluster: c, user: u } } ]")]
    [InlineData("a key that stands twice", "kind: Config\ncurrent-context: y\ncurrent-context: x")]
    [InlineData("a user that is nowhere, without TLS", "clusters: [ { name: c, cluster: { server: http://x } } ]\nusers: null")]
    public async Task What_the_chosen_context_does_not_use_need_not_make_sense(string what, string changed)
    {
        using var machine = new TestMachine();
        Dictionary<string, string> parts = new()
        {
            ["current-context"] = "current-context: x",
            ["contexts"] = "contexts: [ { name: x, context: { cluster: c, user: u } } ]",
            ["clusters"] = "clusters: [ { name: c, cluster: { server: https://x } } ]",
            ["users"] = "users: [ { name: u, user: { token: t } } ]",
        };
        foreach (var part in parts.Keys.Where(part => changed.Contains($"{part}:", StringComparison.Ordinal))) parts.Remove(part);
        machine.Write(".kube/config", string.Join('\n', parts.Values.Append(changed)));

        var server = await RunAsync(machine, ["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"]);
        await using var estate = machine.Open();

        Assert.True(server == estate.Cluster.Info.Server, what);
    }

    [Theory]
    [InlineData("users: [ { name: u, user: { token: t } }, { name: u } ]")]
    [InlineData("kind: Config\nkind: Pod")]
    [InlineData("apiVersion: v2")]
    public async Task What_kubectl_refuses_is_refused(string more)
    {
        using var machine = new TestMachine();
        machine.Write(".kube/config", $"current-context: x\ncontexts: [ {{ name: x, context: {{ cluster: c }} }} ]\nclusters: [ {{ name: c, cluster: {{ server: https://x }} }} ]\n{more}");

        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(machine, "config", "view", "--minify"));
        Assert.Equal(EstateErrorKind.Configuration, Assert.Throws<EstateException>(() => machine.Open()).Kind);
    }

    [Fact]
    public void A_client_key_that_the_runtime_has_no_TLS_for_is_said_to_be_one()
    {
        using var machine = new TestMachine();
        machine.Write(".kube/config", KubeconfigTests.File("red", "https://red.example", user: "client-certificate: ed.crt\nclient-key: ed.key"));
        machine.Write(".kube/ed.crt", Ed25519Certificate);
        machine.Write(".kube/ed.key", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n");

        var error = Assert.Throws<EstateException>(() => machine.Open());

        Assert.Contains(".NET's TLS has no Ed25519 client keys", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Identity(RecordedRequest request) => request.Headers
        .Where(header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
            || header.Key.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase))
        .Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}").Order(StringComparer.Ordinal);

    private static async Task<string> RunAsync(TestMachine machine, params string[] arguments)
    {
        Assert.SkipWhen(Kubectl is null, "There is no kubectl on PATH.");
        var start = new ProcessStartInfo(Kubectl!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in new[] { "KUBECONFIG", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy" }) start.Environment.Remove(name);
        start.Environment["HOME"] = start.Environment["USERPROFILE"] = machine.Home;
        foreach (var (name, value) in machine.Variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
