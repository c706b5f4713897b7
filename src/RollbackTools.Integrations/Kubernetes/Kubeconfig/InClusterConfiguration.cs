using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>The connection a pod is given: its service account's token and CA, and the API server's address in the environment.</summary>
internal static class InClusterConfiguration
{
    private const string Source = "the pod's service account";

    /// <summary>Null outside a cluster.</summary>
    public static ClusterConnection? Find(EstateOptions options, HostEnvironment host)
    {
        var token = Path.Combine(host.ServiceAccountDirectory, "token");
        if (host.Value("KUBERNETES_SERVICE_HOST") is not { } name || host.Value("KUBERNETES_SERVICE_PORT") is not { } port || !File.Exists(token))
            return null;

        var server = name.Contains(':', StringComparison.Ordinal) ? $"https://[{name}]:{port}/" : $"https://{name}:{port}/";
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri))
            throw Configuration.Error("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not make an address.");
        var impersonation = Impersonation.Of(options, null);
        return new ClusterConnection
        {
            Info = new ClusterInfo(options.EstateName ?? "in-cluster", uri.GetLeftPart(UriPartial.Authority), options.Namespace ?? Namespace(host))
            {
                User = impersonation?.User ?? "service account",
                Connection = options,
            },
            Server = uri,
            Source = Source,
            Authorities = Authorities(Path.Combine(host.ServiceAccountDirectory, "ca.crt")),
            Proxy = EnvironmentProxy.From(host),
            Credentials = new TokenFileCredentials(token, "service account token", null, host.Time),
            Impersonation = impersonation,
        };
    }

    private static string Namespace(HostEnvironment host)
    {
        var file = Path.Combine(host.ServiceAccountDirectory, "namespace");
        var text = File.Exists(file) ? TextFile.Read(file, "service account namespace").Trim() : "";
        return text.Length > 0 ? text : "default";
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(TextFile.Read(file, "service account CA"));
        }
        catch (CryptographicException error)
        {
            throw Configuration.Error($"The service account CA {file} is not a PEM certificate.", inner: error);
        }

        return authorities;
    }
}
