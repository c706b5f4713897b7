using RollbackTools.Operations.Estate;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.EnvironmentFiles;

public sealed class EnvironmentFileTests : IDisposable
{
    private readonly TestMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Every_field_is_read()
    {
        var file = Read("""
            environments:
              prod:
                context: prod-eu
                namespace: prod
                kubeconfig: kube/prod
                health:
                  endpoints:
                  - url: https://api.example.com/health
                    status: 204
                    json: { database: ok, ready: True, checks.cache.count: 3, gone: null }
                    workloads: [api, deployment/worker]
                  smokeScript:
                    path: scripts/smoke-test.sh
                    arguments: [https://api.example.com, 5]
              staging:
            """);

        var prod = file.Environments["PROD"];
        Assert.Equal(("prod", "prod-eu", "prod"), (prod.Name, prod.Context, prod.Namespace));
        Assert.Equal(Path.Combine(_machine.Home, "kube", "prod"), prod.Kubeconfig);
        var endpoint = Assert.Single(prod.Health.Endpoints);
        Assert.Equal(new Uri("https://api.example.com/health"), endpoint.Url);
        Assert.Equal(204, endpoint.Status);
        Assert.Equal(
            new Dictionary<string, string> { ["database"] = "ok", ["ready"] = "true", ["checks.cache.count"] = "3", ["gone"] = "null" }, endpoint.Json);
        Assert.Equal(["api", "deployment/worker"], endpoint.Workloads);
        Assert.Equal(Path.Combine(_machine.Home, "scripts", "smoke-test.sh"), prod.Health.SmokeScript);
        Assert.Equal(["https://api.example.com", "5"], prod.Health.SmokeArguments);
        Assert.Null(file.Environments["staging"].Context);
    }

    [Theory]
    [InlineData("environment: {}", "line 1: unknown field 'environment'; did you mean 'environments'?")]
    [InlineData("environments:\n  prod:\n    namspace: x", "line 3: unknown field 'environments.prod.namspace'; did you mean 'namespace'?")]
    [InlineData("environments:\n  prod:\n    zzz: x", "line 3: unknown field 'environments.prod.zzz'; it takes context, namespace, kubeconfig, argocd, git, health")]
    [InlineData("environments:\n  prod:\n    health:\n      endpoint: []", "line 4: unknown field 'environments.prod.health.endpoint'; did you mean 'endpoints'?")]
    [InlineData("environments: { p: { health: { endpoints: [ { } ] } } }", "'environments.p.health.endpoints[0]' needs the field 'url'")]
    [InlineData("environments: { p: { health: { endpoints: [ { url: /x } ] } } }", "url' is not an http or https URL")]
    [InlineData("environments: { p: { health: { endpoints: [ { url: 'https://a:b@x' } ] } } }", "url' holds a user name or password")]
    [InlineData("environments: { p: { health: { endpoints: [ { url: 'https://x', status: ok } ] } } }", "status' must be a whole number")]
    [InlineData("environments: { p: { health: { endpoints: [ { url: 'https://x', status: 99 } ] } } }", "status' is not an HTTP status")]
    [InlineData("environments: { p: { health: { endpoints: [ { url: 'https://x', workloads: [ 'a b' ] } ] } } }", "holds a name no workload can have")]
    [InlineData("environments: { p: { health: { smokeScript: x.sh } } }", "smokeScript' must be a mapping")]
    [InlineData("environments: { p: { health: { smokeScript: { arguments: [] } } } }", "needs the field 'path'")]
    [InlineData("environments: { p: { namespace: Not_One } }", "namespace' is not a namespace name")]
    [InlineData("environments: { p: {}, P: {} }", "differs from another environment only in case")]
    [InlineData("environments: { p: { git: { repository: 'https://x:s3cret@host/a' } } }", "holds a password or token")]
    [InlineData("environments: { p: { git: { overlay: ../x } } }", "'environments.p.git.overlay' cannot be used")]
    [InlineData("environments: { p: { git: { branch: -x } } }", "'environments.p.git.branch' cannot be used")]
    [InlineData("environments: []", "'environments' must be a mapping, not a list")]
    [InlineData("environments: {\n", "is not valid YAML")]
    public void A_mistake_is_named_with_line_and_field(string text, string message)
    {
        var error = Assert.Throws<EstateException>(() => ReadAll(text));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.True(error.Message.Contains(message, StringComparison.Ordinal), error.Message);
        Assert.Contains("rollback.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_one_environment_leaves_the_others_usable()
    {
        var file = Read("environments:\n  staging:\n    namspace: x\n  prod:\n    namespace: prod\n  list: []\n");

        Assert.Equal("prod", Assert.Single(file.Environments).Value.Namespace);
        Assert.Equal(["list", "staging"], file.Broken.Keys.Order());
        Assert.Equal(["list", "prod", "staging"], file.Names);
    }

    [Fact]
    public void It_is_found_upward_then_in_the_configuration_directory()
    {
        var below = Directory.CreateDirectory(Path.Combine(_machine.Home, "repo", "a", "b")).FullName;
        var personal = _machine.Write(".config/rollbacktools/rollback.yaml", "environments: {}");
        Assert.Equal(personal, Find(null, below)?.Path);

        var repository = _machine.Write("repo/rollback.yaml", "environments: {}");
        Assert.Equal(repository, Find(null, below)?.Path);
    }

    [Fact]
    public void A_given_path_wins_over_the_variable_which_wins_over_the_directory()
    {
        _machine.Write("rollback.yaml", "environments: {}");
        var named = _machine.Write("named.yaml", "environments: {}");
        var given = _machine.Write("given.yaml", "environments: {}");
        _machine.Variables["ROLLBACKTOOLS_CONFIG"] = named;

        Assert.Equal(named, Find(null, _machine.Home)?.Path);
        Assert.Equal(given, Find("given.yaml", _machine.Home)?.Path);
    }

    [Fact]
    public void Nothing_is_nothing_but_a_named_file_must_exist()
    {
        Assert.Null(Find(null, _machine.Home));
        Assert.Contains("does not exist", Assert.Throws<EstateException>(() => Find("none.yaml", _machine.Home)).Message, StringComparison.Ordinal);
        _machine.Variables["ROLLBACKTOOLS_CONFIG"] = Path.Combine(_machine.Home, "none.yaml");
        Assert.Contains("$ROLLBACKTOOLS_CONFIG", Assert.Throws<EstateException>(() => Find(null, _machine.Home)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_Git_keeps_it_is_read_and_a_path_is_relative_to_the_file()
    {
        var file = Read("environments:\n  a: { git: { repository: 'git@host:team/app.git', branch: main, overlay: k8s/prod/ } }\n  b: { git: { repository: ../devops } }\n");

        Assert.Equal(new GitSettings { Repository = "git@host:team/app.git", Branch = "main", Overlay = "k8s/prod" }, file.Environments["a"].Git);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(_machine.Home)!, "devops"), file.Environments["b"].Git.Repository);
    }

    private EnvironmentFile? Find(string? path, string directory) => _machine.Provider().FindEnvironmentFile(path, directory);

    /// <summary>As whoever asks for the one environment with the mistake.</summary>
    private void ReadAll(string text)
    {
        foreach (var mistake in Read(text).Broken.Values) throw mistake;
    }

    private EnvironmentFile Read(string text) => Find(_machine.Write("rollback.yaml", text), _machine.Home)!;
}
