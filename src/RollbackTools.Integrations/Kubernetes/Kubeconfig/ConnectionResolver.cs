using System.Net;
using System.Text;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>From options and the machine to a connection: what kubectl would talk to, with the reason when it would not.</summary>
internal sealed class ConnectionResolver(EstateOptions options, HostEnvironment host, Action<string> warn)
{
    private static readonly TimeSpan PluginTimeout = TimeSpan.FromMinutes(1);

    public ClusterConnection Resolve()
    {
        var kubeconfig = KubeconfigFiles.Load(options.Kubeconfig, host);
        if (kubeconfig is { IsEmpty: false }) return FromKubeconfig(kubeconfig);
        if (options is { Kubeconfig: null, Context: null } && InClusterConfiguration.Find(options, host) is { } connection) return connection;

        var looked = string.Join(", ", kubeconfig?.Files ?? KubeconfigFiles.Paths(host.Value("KUBECONFIG"), host));
        throw Configuration.Error(
            kubeconfig is null ? $"There is no kubeconfig (looked for {looked})." : $"The kubeconfig {looked} is empty.",
            "Set $KUBECONFIG, or name a file with -Kubeconfig.");
    }

    private ClusterConnection FromKubeconfig(Kubeconfig kubeconfig)
    {
        var (contextName, context) = Context(kubeconfig);
        var cluster = Cluster(kubeconfig, context);
        var server = Server(cluster);
        var user = User(kubeconfig, context, server);
        CheckTls(cluster, server);
        var impersonation = Impersonation.Of(options, user);
        var ns = options.Namespace ?? context.Namespace ?? "default";
        if (!KubernetesName.IsLabel(ns)) throw NotANamespace(context, ns);

        return new ClusterConnection
        {
            Info = new ClusterInfo(options.EstateName ?? (contextName.Length > 0 ? contextName : context.Cluster!), Display(server), ns)
            {
                User = impersonation?.User ?? context.User,
                Connection = options with { Kubeconfig = kubeconfig.Location, Context = contextName, Namespace = ns },
            },
            Server = server,
            Context = contextName,
            Source = context.Fields.File.ToString(),
            Authorities = cluster.SkipTlsVerify ? null : PemFiles.Authorities(cluster),
            SkipTlsVerify = cluster.SkipTlsVerify,
            TlsServerName = cluster.TlsServerName,
            Proxy = Proxy(cluster),
            DisableCompression = cluster.DisableCompression,
            Credentials = Credentials(user, context.User, cluster, server),
            Impersonation = impersonation,
        };
    }

    private (string Name, KubeContext Context) Context(Kubeconfig kubeconfig)
    {
        var name = options.Context ?? kubeconfig.CurrentContext ?? (kubeconfig.Contexts.ContainsKey("") ? "" : null);
        var known = kubeconfig.Contexts.Keys.Order(StringComparer.Ordinal).ToList();
        var there = known.Count == 0 ? "it has none" : "it has " + string.Join(", ", known.Take(10)) + (known.Count > 10 ? ", …" : "");
        if (name is null)
            throw ConfigurationFile.Kubeconfig(kubeconfig.Location).Error($"has no current-context, and none was named; {there}.");
        if (kubeconfig.Contexts.TryGetValue(name, out var context)) return (name, context);

        var nearest = NearestName.Of(name, known) is { } near ? $"did you mean '{near}'?" : $"{there}.";
        var asked = options.Context is null ? " (its current-context)" : "";
        throw ConfigurationFile.Kubeconfig(kubeconfig.Location).Error($"has no context '{name}'{asked}; {nearest}");
    }

    private static KubeCluster Cluster(Kubeconfig kubeconfig, KubeContext context)
    {
        if (context.Cluster is null) throw context.Fields.Error("needs the field 'cluster'");
        return kubeconfig.Clusters.TryGetValue(context.Cluster, out var cluster)
            ? cluster
            : throw context.Fields.Error($"names the cluster '{context.Cluster}', which is not in the kubeconfig", "cluster");
    }

    private static KubeUser? User(Kubeconfig kubeconfig, KubeContext context, Uri server)
    {
        if (context.User is null) return null;
        if (kubeconfig.Users.TryGetValue(context.User, out var user)) return user;
        return server.Scheme == Uri.UriSchemeHttp
            ? null
            : throw context.Fields.Error($"names the user '{context.User}', which is not in the kubeconfig", "user");
    }

    private static Uri Server(KubeCluster cluster)
    {
        var text = cluster.Server ?? throw cluster.Fields.Error("needs the field 'server'");
        // client-go's DefaultServerURL: a bare host:port is TLS when TLS is configured.
        if (!text.Contains("://", StringComparison.Ordinal))
            text = (cluster.AuthorityFile is not null || cluster.AuthorityData is not null || cluster.SkipTlsVerify ? "https://" : "http://") + text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            throw cluster.Fields.Error("is not an http or https URL", "server");
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw cluster.Fields.Error("must be a host, a port and at most a path", "server");
        return uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
    }

    private void CheckTls(KubeCluster cluster, Uri server)
    {
        if (!cluster.SkipTlsVerify) return;
        if (cluster.AuthorityData is not null || cluster.AuthorityFile is not null)
            throw cluster.Fields.Error("is set together with a certificate-authority; kubectl refuses that too", "insecure-skip-tls-verify");
        warn($"The certificate of {Display(server)} is not verified (insecure-skip-tls-verify in {cluster.Fields.File.Path}): "
            + "anyone on the way can read the credentials and change the answers.");
    }

    private IWebProxy? Proxy(KubeCluster cluster)
    {
        if (cluster.ProxyUrl is null) return EnvironmentProxy.From(host);
        var address = ProxyAddress.Parse(cluster.ProxyUrl)
            ?? throw cluster.Fields.Error("is not a proxy URL (http, https or socks5)", "proxy-url");
        return new WebProxy(address) { Credentials = ProxyAddress.Credentials(address) };
    }

    private ICredentialSource Credentials(KubeUser? user, string? name, KubeCluster cluster, Uri server)
    {
        if (user is null) return new FixedCredential(Credential.Anonymous());
        if (server.Scheme == Uri.UriSchemeHttp)
        {
            // client-go sends no credentials in clear text either.
            warn($"{Display(server)} is not encrypted, so the credentials of user '{name}' are not sent.");
            return new FixedCredential(Credential.Anonymous());
        }

        if (user.AuthProvider is { } provider)
        {
            throw user.Fields.Error($"is the auth-provider '{provider}', which Kubernetes removed in 1.26; use the provider's exec plugin "
                + "(gke-gcloud-auth-plugin, kubelogin)", "auth-provider");
        }

        var certificate = PemFiles.Client(user);
        var hasToken = user.Token is not null || user.TokenFile is not null;
        if (hasToken && user.Username is not null) throw user.Fields.Error("has both a token and a username; only one is allowed");
        // client-go's precedence: what a file holds renews the token beside it, and a plugin runs only when nothing else identifies the user.
        if (user.TokenFile is not null)
        {
            return new TokenFileCredentials(
                PemFiles.Resolve(user.Fields, user.TokenFile), $"token file of user '{name}'", certificate, host.Time, user.Token is null ? null : TokenOf(user));
        }

        if (user.Token is not null) return new FixedCredential(Credential.Bearer(TokenOf(user), certificate));
        if (user.Exec is { } exec && certificate is null && user.Username is null) return Plugin(exec, name!, cluster);
        return new FixedCredential(user.Username is null
            ? Credential.Anonymous(certificate)
            : Credential.Basic(user.Username, user.Password ?? "", certificate));
    }

    private ExecCredentials Plugin(KubeExec exec, string name, KubeCluster cluster)
    {
        var authority = exec.ProvideClusterInfo && PemFiles.Authorities(cluster) is { } authorities
            ? Encoding.UTF8.GetBytes(authorities.ExportCertificatePems())
            : null;
        return new ExecCredentials(new ExecPlugin(exec, name, cluster, authority, host, PluginTimeout), null, exec.InstallHint, host.Time);
    }

    private static string TokenOf(KubeUser user)
    {
        var token = user.Token!.Trim();
        return TokenText.IsUsable(token)
            ? token
            : throw user.Fields.Error("has characters a token cannot have", "token");
    }

    private EstateException NotANamespace(KubeContext context, string ns) => options.Namespace is not null
        ? Configuration.Error($"'{ns}' is not a namespace name: lower-case letters, digits and '-', at most 63 of them.", "kubectl get namespaces")
        : context.Fields.Error("is not a namespace name", "namespace");

    private static string Display(Uri server) => server.AbsoluteUri.TrimEnd('/');

}
