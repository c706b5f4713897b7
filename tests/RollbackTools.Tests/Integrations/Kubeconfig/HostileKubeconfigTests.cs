using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubeconfig;

/// <summary>Files nobody should have: each gets one clear error, quickly, without its contents.</summary>
public sealed class HostileKubeconfigTests : IDisposable
{
    private readonly TestMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("a: [1, 2", "is not valid YAML")]
    [InlineData("- a list", "must be a mapping at its top level, not a list")]
    [InlineData("just text", "must be a mapping at its top level, not text")]
    [InlineData("", "is empty")]
    [InlineData("# nothing\n", "is empty")]
    [InlineData("kind: Deployment\n", "'kind' must be 'Config'")]
    [InlineData("contexts: text\n", "'contexts' must be a list")]
    [InlineData("contexts: [ text ]\n", "'contexts[0]' must be a mapping")]
    [InlineData("apiVersion: v2\n", "'apiVersion' must be 'v1'")]
    [InlineData("kind: Config\nkind: Pod\n", "'kind' must be 'Config'")]
    [InlineData("contexts: [ { context: {} } ]\n", "'contexts[0].context' needs the field 'cluster'")]
    [InlineData("current-context: a\ncontexts: [ { name: a } ]\n", "'contexts[0].context' needs the field 'cluster'")]
    [InlineData("current-context: [ a ]\n", "'current-context' must be text, not a list")]
    [InlineData("a: &a [ *a ]\n", "it contains itself through '*a'")]
    [InlineData("a: *missing\n", "it uses '*missing' before defining it")]
    [InlineData("? [ a ]\n: b\n", "it has a mapping key that is not text")]
    [InlineData("contexts: [ { name: a, context: {} }, { name: a, context: {} } ]\n", "is the second entry called 'a' in 'contexts'")]
    [InlineData("contexts: [ { name: a, context: { cluster: c } } ]\n", "has no current-context, and none was named; it has a")]
    [InlineData("current-context: b\ncontexts: [ { name: a, context: { cluster: c } } ]\n", "has no context 'b' (its current-context)")]
    [InlineData("current-context: a\ncontexts: [ { name: a, context: { } } ]\n", "needs the field 'cluster'")]
    [InlineData("current-context: a\ncontexts: [ { name: a, context: { cluster: c } } ]\n", "names the cluster 'c', which is not in the kubeconfig")]
    public void A_malformed_file_is_named_with_its_field(string text, string message) => Refused(text, message);

    [Theory]
    [InlineData("server: ftp://x", "token: SECRET", "is not an http or https URL")]
    [InlineData("server: https://ann:SECRET@x", "token: SECRET", "must be a host, a port and at most a path")]
    [InlineData("server: https://x\ninsecure-skip-tls-verify: \"SECRET\"", "token: t", "must be true or false")]
    [InlineData("server: https://x\ninsecure-skip-tls-verify: true\ncertificate-authority-data: YQ==", "token: t", "kubectl refuses that too")]
    [InlineData("server: https://x\ncertificate-authority-data: SECRET!", "token: t", "certificate-authority-data' is not base64")]
    [InlineData("server: https://x\ncertificate-authority-data: U0VDUkVU", "token: t", "certificate-authority-data' holds no PEM certificate")]
    [InlineData("server: https://x\ncertificate-authority: none.crt", "token: t", "none.crt does not exist")]
    [InlineData("server: https://x\nproxy-url: gopher://SECRET@x", "token: t", "proxy-url' is not a proxy URL")]
    [InlineData("server: https://x", "client-certificate-data: U0VDUkVU", "is given without client-key")]
    [InlineData("server: https://x", "client-key-data: U0VDUkVU\nclient-key: SECRET\nclient-certificate: x", "client-key-data' is given beside client-key")]
    [InlineData("server: https://x", "client-certificate-data: U0VDUkVU\nclient-certificate: x", "client-certificate-data' is given beside client-certificate")]
    [InlineData("server: https://x\ncertificate-authority-data: YQ==\ncertificate-authority: SECRET", "token: t", "certificate-authority-data' is given beside")]
    [InlineData("server: https://x", "client-key-data: U0VDUkVU\nclient-certificate-data: U0VDUkVU", "are not a certificate and its private key in PEM form")]
    [InlineData("server: https://x", "token: \"SECRET\\nX-Header: 1\"", "has characters a token cannot have")]
    [InlineData("server: https://x", "token: SECRET\nusername: ann", "has both a token and a username")]
    [InlineData("server: https://x", "token: SECRET\nas: \"bob\\r\\nX: SECRET\"", "characters a header cannot carry")]
    [InlineData("server: https://x", "as-groups: [ SECRET ]", "but not 'as'")]
    [InlineData("server: https://x", "auth-provider: { name: gcp, config: { access-token: SECRET } }", "which Kubernetes removed in 1.26")]
    [InlineData("server: https://x", "exec: { command: x }", "needs the field 'apiVersion'")]
    [InlineData("server: https://x", "exec: { apiVersion: client.authentication.k8s.io/v1 }", "needs the field 'command'")]
    [InlineData("server: https://x", "exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: x }", "apiVersion' must be")]
    [InlineData("server: https://x", "exec: { apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always }", "must ask at the terminal")]
    [InlineData("server: https://x", "exec: { apiVersion: client.authentication.k8s.io/v1, command: x, env: [ { value: SECRET } ] }", "has an entry without the field 'name'")]
    public void A_wrong_field_is_named_and_its_value_is_not(string cluster, string user, string message)
    {
        var lines = cluster.Split('\n', 2);
        Refused(KubeconfigTests.File("red", lines[0]["server: ".Length..], cluster: lines.Length > 1 ? lines[1] : "", user: user), message);
    }

    [Fact]
    public void A_missing_user_is_named() => Refused(
        "current-context: a\ncontexts: [ { name: a, context: { cluster: c, user: ghost } } ]\nclusters: [ { name: c, cluster: { server: https://x } } ]\n",
        "names the user 'ghost', which is not in the kubeconfig");

    [Fact]
    public void A_deep_file_does_not_overflow() => Refused(new string('[', 100_000), "is nested more than 64 levels deep");

    [Fact]
    public void A_bomb_of_aliases_stays_small()
    {
        var text = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 60; i++) text.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");

        Refused(text.ToString(), "is empty");
    }

    [Fact]
    public void A_bomb_of_merges_is_defused()
    {
        var text = new StringBuilder("m0: &m0 {" + string.Join(", ", Enumerable.Range(0, 2000).Select(i => $"k{i}: 1")) + "}\n");
        for (var i = 1; i < 1000; i++) text.Append($"m{i}: &m{i} {{ <<: *m{i - 1} }}\n");

        Refused(text.ToString(), "has more than 1,000,000 values");
    }

    [Fact]
    public void A_binary_file_is_not_text() => RefusedBytes([0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0xFF], "is not a text file");

    [Fact]
    public void A_file_with_a_zero_is_not_text() => RefusedBytes([(byte)'a', 0], "is not a text file");

    [Fact]
    public void A_huge_file_is_refused_unread() => RefusedBytes(new byte[11 * 1024 * 1024], "is larger than 10 MB");

    [Fact]
    public void A_directory_is_refused()
    {
        var error = Assert.Throws<EstateException>(() => _machine.Open(new EstateOptions { Kubeconfig = _machine.Home }));

        Assert.Contains($"{_machine.Home} is a directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_without_end_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero here.");

        var error = Assert.Throws<EstateException>(() => _machine.Open(new EstateOptions { Kubeconfig = "/dev/zero" }));

        Assert.Contains("/dev/zero is larger than 10 MB", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_saved_as_UTF16_is_read(string name)
    {
        var text = KubeconfigTests.File("red", "https://red.example");
        var encoding = Encoding.GetEncoding(name);
        _machine.Write(".kube/config", [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);

        Assert.Equal(["red"], _machine.Provider().ContextNames(null));
    }

    private void Refused(string text, string message) => RefusedBytes(Encoding.UTF8.GetBytes(text), message);

    private void RefusedBytes(byte[] bytes, string message)
    {
        var file = _machine.Write(".kube/config", bytes);

        var error = Assert.Throws<EstateException>(() => _machine.Open());

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.True(error.Message.Contains(message, StringComparison.Ordinal), error.Message);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Recommendation);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }
}
