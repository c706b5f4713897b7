using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Authentication;

/// <summary>Exec plugins as small shell scripts, beside the kubeconfig.</summary>
public sealed class ExecPluginTests
{
    private const string V1 = "client.authentication.k8s.io/v1";

    [Theory]
    [InlineData(V1)]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task A_printed_token_is_used_and_kept(string version)
    {
        await using var fixture = await StartAsync($$$"""
            echo run >> "$(dirname "$0")/runs"
            echo '{"apiVersion":"{{{version}}}","kind":"ExecCredential","status":{"token":"plugin-token"}}'
            """, version: version);
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.GetAsync(Resources.Deployments, "prod", "api", default)));

        Assert.All(fixture.Server.Requests, request => Assert.Equal("Bearer plugin-token", request.Header("Authorization")));
        Assert.Single(Runs(fixture));
    }

    [Fact]
    public async Task An_expired_token_is_asked_for_again()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync("""
            echo run >> "$(dirname "$0")/runs"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2026-04-27T03:10:00Z"}}'
            """, time: time);
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        time.Advance(TimeSpan.FromMinutes(5));
        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        Assert.Single(Runs(fixture));
        time.Advance(TimeSpan.FromMinutes(5));
        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal(2, Runs(fixture).Length);
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once_and_then_the_refusal_stands()
    {
        await using var fixture = await StartAsync("""
            echo run >> "$(dirname "$0")/runs"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
            """, more: "installHint: Run 'sign-in' first.");
        fixture.Server.Otherwise(Answers.Status(401, "Unauthorized", "Unauthorized"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.Equal("Run 'sign-in' first.", error.Recommendation);
        Assert.Equal(2, Runs(fixture).Length);
        Assert.Equal(2, fixture.Server.Requests.Count);
    }

    [Fact]
    public async Task It_is_told_about_the_cluster_and_never_given_our_input()
    {
        await using var fixture = await StartAsync("""
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"
            printf '%s|' "$@" "$GREETING" > "$(dirname "$0")/arguments"
            if read -r line; then exit 9; fi
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
            """,
            more: "provideClusterInfo: true\nargs: [one, 'two words', '$(id)']\nenv: [ { name: GREETING, value: hello } ]",
            cluster: "extensions: [ { name: client.authentication.k8s.io/exec, extension: { audience: abc, level: 3, strict: true } } ]");
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("one|two words|$(id)|hello|", Read(fixture, "arguments"));
        using var info = JsonDocument.Parse(Read(fixture, "info"));
        var spec = info.RootElement.GetProperty("spec");
        Assert.Equal(V1, info.RootElement.GetProperty("apiVersion").GetString());
        Assert.False(spec.GetProperty("interactive").GetBoolean());
        Assert.Equal(fixture.Server.Address.AbsoluteUri, spec.GetProperty("cluster").GetProperty("server").GetString());
        Assert.Equal("""{"audience":"abc","level":3,"strict":true}""", spec.GetProperty("cluster").GetProperty("config").GetRawText());
        Assert.Contains("BEGIN CERTIFICATE", System.Text.Encoding.UTF8.GetString(
            spec.GetProperty("cluster").GetProperty("certificate-authority-data").GetBytesFromBase64()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_printed_client_certificate_is_presented()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var (certificate, key) = fixture.Certificates.Client("plugin-user");
        var answer = JsonSerializer.Serialize(new
        {
            apiVersion = V1,
            kind = "ExecCredential",
            status = new { clientCertificateData = certificate, clientKeyData = key },
        });
        fixture.Machine.Write(".kube/answer", answer);
        Install(fixture, "cat \"$(dirname \"$0\")/answer\"", V1, "", "");
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("plugin-user", fixture.Server.Requests[0].ClientName);
        Assert.Null(fixture.Server.Requests[0].Header("Authorization"));
    }

    [Theory]
    [InlineData("echo 'token expired, password=SECRETSECRET' >&2; exit 3", "failed with exit code 3. It said: token expired, password=***")]
    [InlineData("echo nonsense", "did not print an ExecCredential with a status")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"t\"}}'", "of another apiVersion")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token nor a client certificate")]
    [InlineData("yes", "printed more than 1024 KB and was ended")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"a b\"}}'", "a token that cannot be sent")]
    public async Task What_a_plugin_does_wrong_is_named(string script, string message)
    {
        await using var fixture = await StartAsync(script, more: "installHint: install it");
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Contains("The credential plugin 'plugin.sh' of user 'u'", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("install it", error.Recommendation);
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_ended_with_its_children()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync("""
            sleep 600 &
            echo $! > "$(dirname "$0")/child"
            wait
            """, time: time);
        using var cluster = fixture.Connect();

        var getting = cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        await Eventually.TrueAsync(() => Exists(fixture, "child") && Read(fixture, "child").EndsWith('\n'), "the plugin's child");
        while (!getting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(60));
            await Task.WhenAny(getting, Task.Delay(20));
        }

        var error = await Assert.ThrowsAsync<EstateException>(() => getting);
        Assert.Contains("gave no credentials within 60 s", error.Message, StringComparison.Ordinal);
        var child = int.Parse(Read(fixture, "child"));
        await Eventually.TrueAsync(() => !IsRunning(child), "the child's end");
    }

    [Fact]
    public async Task A_missing_plugin_gets_its_install_hint()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem,
            user: $"exec: {{ apiVersion: {V1}, command: no-such-plugin-here, installHint: brew install it }}");
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains("'no-such-plugin-here' of user 'u' is not on PATH", error.Message, StringComparison.Ordinal);
        Assert.Equal("brew install it", error.Recommendation);
    }

    [Fact]
    public async Task A_program_that_merely_lies_in_the_current_directory_is_not_run()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var name = $"plugin-{Guid.NewGuid():n}";
        var here = fixture.Machine.WriteScript(Path.Combine(Environment.CurrentDirectory, name), "touch \"$0.ran\"");
        try
        {
            fixture.Machine.Variables["PATH"] = "/usr/bin:.:";
            fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: $"exec: {{ apiVersion: {V1}, command: {name} }}");
            using var cluster = fixture.Connect();

            await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

            Assert.False(File.Exists(here + ".ran"));
        }
        finally
        {
            File.Delete(here);
            File.Delete(here + ".ran");
        }
    }

    private static async Task<ClusterFixture> StartAsync(
        string script, string version = V1, string more = "", string cluster = "", TimeProvider? time = null)
    {
        var fixture = await ClusterFixture.StartAsync(time: time);
        Install(fixture, script, version, more, cluster);
        return fixture;
    }

    private static void Install(ClusterFixture fixture, string script, string version, string more, string cluster)
    {
        fixture.Machine.WriteScript(".kube/plugin.sh", script);
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem,
            user: $"exec:\n  apiVersion: {version}\n  command: ./plugin.sh\n  {more.ReplaceLineEndings("\n  ")}", cluster);
    }

    private static string[] Runs(ClusterFixture fixture) => File.ReadAllLines(Path.Combine(fixture.Machine.Home, ".kube", "runs"));

    private static bool Exists(ClusterFixture fixture, string name) => File.Exists(Path.Combine(fixture.Machine.Home, ".kube", name));

    private static string Read(ClusterFixture fixture, string name) => File.ReadAllText(Path.Combine(fixture.Machine.Home, ".kube", name));

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
