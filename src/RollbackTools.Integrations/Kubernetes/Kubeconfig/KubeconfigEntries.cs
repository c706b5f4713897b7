using RollbackTools.Integrations.Yaml;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

// Classes, not records: a record's ToString would print the secrets.

/// <summary>One <c>clusters[]</c> entry. <see cref="Fields"/> is where it stands, for errors and relative paths.</summary>
internal sealed class KubeCluster(YamlFields fields)
{
    public YamlFields Fields { get; } = fields;

    public string? Server { get; } = fields.Text("server");

    public string? TlsServerName { get; } = fields.Text("tls-server-name");

    public bool SkipTlsVerify { get; } = fields.Flag("insecure-skip-tls-verify");

    public string? AuthorityFile { get; } = fields.Text("certificate-authority");

    public string? AuthorityData { get; } = fields.Text("certificate-authority-data");

    public string? ProxyUrl { get; } = fields.Text("proxy-url");

    public bool DisableCompression { get; } = fields.Flag("disable-compression");

    /// <summary>The extension handed to exec plugins as <c>spec.cluster.config</c>.</summary>
    public YamlNode? ExecConfiguration { get; } = fields.Maps("extensions")
        .Where(extension => extension.Text("name") == "client.authentication.k8s.io/exec")
        .Select(extension => extension.Node("extension")).FirstOrDefault();
}

/// <summary>One <c>contexts[]</c> entry.</summary>
internal sealed class KubeContext(YamlFields fields)
{
    public YamlFields Fields { get; } = fields;

    public string? Cluster { get; } = fields.Text("cluster");

    public string? User { get; } = fields.Text("user");

    public string? Namespace { get; } = fields.Text("namespace");
}

/// <summary>One <c>users[]</c> entry.</summary>
internal sealed class KubeUser(YamlFields fields)
{
    public YamlFields Fields { get; } = fields;

    public string? CertificateFile { get; } = fields.Text("client-certificate");

    public string? CertificateData { get; } = fields.Text("client-certificate-data");

    public string? KeyFile { get; } = fields.Text("client-key");

    public string? KeyData { get; } = fields.Text("client-key-data");

    public string? Token { get; } = fields.Text("token");

    public string? TokenFile { get; } = fields.Text("tokenFile");

    public string? Username { get; } = fields.Text("username");

    public string? Password { get; } = fields.Text("password");

    public string? ImpersonateUser { get; } = fields.Text("as");

    public string? ImpersonateUid { get; } = fields.Text("as-uid");

    public IReadOnlyList<string> ImpersonateGroups { get; } = fields.Texts("as-groups");

    public IReadOnlyDictionary<string, IReadOnlyList<string>> ImpersonateExtra { get; } = ReadExtra(fields.Map("as-user-extra"));

    public KubeExec? Exec { get; } = fields.Map("exec") is { } exec ? new KubeExec(exec) : null;

    public string? AuthProvider { get; } = fields.Map("auth-provider") is { } provider ? provider.Text("name") ?? "" : null;

    private static Dictionary<string, IReadOnlyList<string>> ReadExtra(YamlFields? extra) =>
        extra is null ? [] : extra.Entries.Keys.ToDictionary(key => key, extra.Texts);
}

/// <summary>A user's <c>exec</c>: a program that prints credentials.</summary>
internal sealed class KubeExec(YamlFields fields)
{
    public YamlFields Fields { get; } = fields;

    public string? Command { get; } = fields.Text("command");

    public IReadOnlyList<string> Arguments { get; } = fields.Texts("args");

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; } =
        [.. fields.Maps("env").Select(pair => KeyValuePair.Create(pair.Text("name") ?? "", pair.Text("value") ?? ""))];

    public string? ApiVersion { get; } = fields.Text("apiVersion");

    public string? InstallHint { get; } = fields.Text("installHint");

    public bool ProvideClusterInfo { get; } = fields.Flag("provideClusterInfo");

    public string? InteractiveMode { get; } = fields.Text("interactiveMode");
}
