using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubeconfig;

public sealed class KubeconfigTests : IDisposable
{
    private readonly TestMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task The_current_context_of_the_home_directory_is_the_default()
    {
        var file = _machine.Write(".kube/config", File("red", "https://red.example:6443", ns: "team"));

        await using var estate = _machine.Open();

        var info = estate.Cluster.Info;
        Assert.Equal(("red", "https://red.example:6443", "team", "red"), (info.Estate, info.Server, info.DefaultNamespace, info.User));
        Assert.Equal((file, "red", "team"), (info.Connection.Kubeconfig, info.Connection.Context, info.Connection.Namespace));
    }

    [Fact]
    public async Task The_first_file_to_name_an_entry_wins_whole_and_missing_files_are_skipped()
    {
        var first = _machine.Write("a", File("red", "https://first.example", current: "blue"));
        var second = _machine.Write("b", File("red", "https://second.example", ns: "second") + "preferences: {}\n");
        var third = _machine.Write("c", File("blue", "https://blue.example", current: "red"));
        _machine.Variables["KUBECONFIG"] = string.Join(Path.PathSeparator, first, Path.Combine(_machine.Home, "missing"), second, third);

        await using var blue = _machine.Open();
        await using var red = _machine.Open(new EstateOptions { Context = "red" });

        Assert.Equal("https://blue.example", blue.Cluster.Info.Server);
        Assert.Equal("https://first.example", red.Cluster.Info.Server);
        Assert.Equal("default", red.Cluster.Info.DefaultNamespace);
        Assert.Equal(["blue", "red"], _machine.Provider().ContextNames(null));
    }

    [Fact]
    public async Task Relative_paths_are_relative_to_the_file_they_stand_in()
    {
        using var certificates = new TestCertificates();
        _machine.Write("deep/ca.crt", certificates.AuthorityPem);
        var file = _machine.Write("deep/config", File("red", "https://red.example", cluster: "certificate-authority: ca.crt"));

        await using var estate = _machine.Open(new EstateOptions { Kubeconfig = file });

        Assert.Equal("red", estate.Cluster.Info.Estate);
    }

    [Fact]
    public async Task Options_win_over_the_file()
    {
        _machine.Write(".kube/config", File("red", "https://red.example", ns: "team"));

        await using var estate = _machine.Open(new EstateOptions { Namespace = "other", EstateName = "production" });

        Assert.Equal("production", estate.Cluster.Info.Estate);
        Assert.Equal("other", estate.Cluster.Info.DefaultNamespace);
    }

    [Fact]
    public async Task JSON_and_anchors_are_YAML_too()
    {
        var json = _machine.Write("json", """
            {"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"https://json.example"}}]}
            """);
        var anchors = _machine.Write("anchors", """
            current-context: x
            contexts: [ { name: x, context: { cluster: c } } ]
            clusters:
            - { name: base, cluster: &base { server: "https://anchors.example" } }
            - { name: c, cluster: { <<: *base, tls-server-name: x } }
            """);

        await using var first = _machine.Open(new EstateOptions { Kubeconfig = json });
        await using var second = _machine.Open(new EstateOptions { Kubeconfig = anchors });

        Assert.Equal("https://json.example", first.Cluster.Info.Server);
        Assert.Equal("https://anchors.example", second.Cluster.Info.Server);
    }

    [Fact]
    public void Nothing_anywhere_says_where_was_looked()
    {
        var error = Assert.Throws<EstateException>(() => _machine.Open());

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains(Path.Combine(_machine.Home, ".kube", "config"), error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Recommendation);
        Assert.Empty(_machine.Provider().ContextNames(null));
    }

    [Fact]
    public void A_file_that_is_named_must_exist()
    {
        var error = Assert.Throws<EstateException>(() => _machine.Open(new EstateOptions { Kubeconfig = Path.Combine(_machine.Home, "nope") }));

        Assert.Contains("nope does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_context_gets_the_nearest_or_all_of_them()
    {
        _machine.Write(".kube/config", File("production", "https://red.example"));

        var near = Assert.Throws<EstateException>(() => _machine.Open(new EstateOptions { Context = "prodution" }));
        var far = Assert.Throws<EstateException>(() => _machine.Open(new EstateOptions { Context = "x" }));

        Assert.Contains("has no context 'prodution'; did you mean 'production'?", near.Message, StringComparison.Ordinal);
        Assert.Contains("has no context 'x'; it has production", far.Message, StringComparison.Ordinal);
        Assert.Equal("kubectl config get-contexts", far.Recommendation);
    }

    internal static string File(string name, string server, string? ns = null, string? current = null, string cluster = "", string user = "token: SECRET") => $$"""
        apiVersion: v1
        kind: Config
        current-context: {{current ?? name}}
        contexts:
        - name: {{name}}
          context: { cluster: {{name}}, user: {{name}}{{(ns is null ? "" : $", namespace: {ns}")}} }
        clusters:
        - name: {{name}}
          cluster:
            server: {{server}}
            {{cluster.ReplaceLineEndings("\n    ")}}
        users:
        - name: {{name}}
          user:
            {{user.ReplaceLineEndings("\n    ")}}

        """;
}
