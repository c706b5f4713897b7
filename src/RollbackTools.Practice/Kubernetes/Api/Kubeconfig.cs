using System.Text;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Pki;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>
/// The kubeconfig of a practice cluster. Contexts, each prefixed with the cluster's name: <c>NAME</c> (admin by token, current),
/// <c>NAME-cert</c> (admin by client certificate), <c>NAME-viewer</c> (read only), <c>NAME-expired</c> (a token of yesterday) and
/// <c>NAME-wrong-ca</c> (an authority that never signed this server).
/// </summary>
internal static class Kubeconfig
{
    public static void Write(string path, KubernetesApiOptions options, Uri server, CertificateAuthority authority, PracticeTokens tokens)
    {
        var name = options.ClusterName;
        using CertificateAuthority other = new("somebody-elses-ca", options.Time);
        var (certificate, key) = authority.IssueClient("practice-cert-admin", [KubernetesUser.Masters]);

        StringBuilder text = new();
        text.Append("apiVersion: v1\nkind: Config\npreferences: {}\n");
        text.Append($"current-context: {name}\nclusters:\n");
        Cluster(name, authority.Pem);
        Cluster($"{name}-wrong-ca", other.Pem);
        text.Append("users:\n");
        Token($"{name}-admin", tokens.Admin.Token);
        text.Append($"- name: {name}-cert\n  user:\n    client-certificate-data: {Base64(certificate)}\n    client-key-data: {Base64(key)}\n");
        Token($"{name}-viewer", tokens.ReadOnly.Token);
        Token($"{name}-expired", tokens.Expired.Token);
        text.Append("contexts:\n");
        Context(name, name, $"{name}-admin");
        Context($"{name}-cert", name, $"{name}-cert");
        Context($"{name}-viewer", name, $"{name}-viewer");
        Context($"{name}-expired", name, $"{name}-expired");
        Context($"{name}-wrong-ca", $"{name}-wrong-ca", $"{name}-admin");

        PrivateFile.Write(path, text.ToString());

        void Cluster(string cluster, string pem) => text.Append(
            $"- name: {cluster}\n  cluster:\n    server: {server.GetLeftPart(UriPartial.Authority)}\n    certificate-authority-data: {Base64(pem)}\n");

        void Token(string user, string token) => text.Append($"- name: {user}\n  user:\n    token: {token}\n");

        void Context(string context, string cluster, string user) => text.Append(
            $"- name: {context}\n  context:\n    cluster: {cluster}\n    user: {user}\n    namespace: {options.DefaultNamespace}\n");
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
}
