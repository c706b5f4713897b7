using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using YamlDotNet.RepresentationModel;

namespace RollbackTools.Recorder;

/// <summary>
/// A connection to the API server that a kubeconfig's current context names. It shares no code with the product's client: what is recorded is
/// what the server said.
/// </summary>
public sealed class Server : IDisposable
{
    private readonly X509Certificate2Collection authorities = [];

    private Server(YamlNode cluster, YamlNode user)
    {
        authorities.ImportFromPem(Pem(cluster, "certificate-authority-data"));
        HttpClientHandler handler = new()
        {
            UseProxy = false,
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => Trusts(certificate!),
        };
        if (Text(user, "client-certificate-data") is not null)
        {
            using var read = X509Certificate2.CreateFromPem(Pem(user, "client-certificate-data"), Pem(user, "client-key-data"));
            handler.ClientCertificates.Add(new X509Certificate2(read.Export(X509ContentType.Pkcs12)));
        }

        Http = new HttpClient(handler) { BaseAddress = new Uri(Text(cluster, "server")!), Timeout = TimeSpan.FromSeconds(60) };
        if (Text(user, "token") is { } token) Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Http.DefaultRequestHeaders.Add("User-Agent", "recorder/1.0");
    }

    public HttpClient Http { get; }

    /// <summary>Connects as the current context does; certificates and keys lie in the file itself. Throws when they do not.</summary>
    public static Server Open(string kubeconfig)
    {
        YamlStream yaml = [];
        using (var reader = File.OpenText(kubeconfig)) yaml.Load(reader);
        var root = yaml.Documents[0].RootNode;
        var context = Named(root, "contexts", Text(root, "current-context")!)["context"];
        return new Server(Named(root, "clusters", Text(context, "cluster")!)["cluster"], Named(root, "users", Text(context, "user")!)["user"]);
    }

    public void Dispose() => Http.Dispose();

    private static YamlNode Named(YamlNode root, string list, string name) => ((YamlSequenceNode)root[list]).First(one => Text(one, "name") == name);

    private static string? Text(YamlNode node, string key) =>
        ((YamlMappingNode)node).Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static string Pem(YamlNode node, string key) => System.Text.Encoding.ASCII.GetString(
        Convert.FromBase64String(Text(node, key) ?? throw new InvalidDataException($"The kubeconfig has no {key}.")));

    private bool Trusts(X509Certificate2 certificate)
    {
        using X509Chain chain = new() { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        return chain.Build(certificate);
    }
}
