using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Yaml;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>Certificates and keys, given inline (base64 PEM) or as files beside the kubeconfig.</summary>
internal static class PemFiles
{
    public static X509Certificate2Collection? Authorities(KubeCluster cluster)
    {
        if (cluster is { AuthorityFile: not null, AuthorityData: not null })
            throw cluster.Fields.Error("is given beside certificate-authority; kubectl refuses that too", "certificate-authority-data");
        var (pem, field) = Read(cluster.Fields, "certificate-authority", cluster.AuthorityFile, cluster.AuthorityData);
        if (pem is null) return null;

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw cluster.Fields.Error("holds a certificate that cannot be read", field, error);
        }

        return authorities.Count > 0 ? authorities : throw cluster.Fields.Error("holds no PEM certificate", field);
    }

    public static ClientCertificate? Client(KubeUser user)
    {
        // A key without a certificate identifies nobody; client-go leaves it aside.
        if (user is { CertificateFile: null, CertificateData: null }) return null;
        if (user is { CertificateFile: not null, CertificateData: not null })
            throw user.Fields.Error("is given beside client-certificate; kubectl refuses that too", "client-certificate-data");
        if (user is { KeyFile: not null, KeyData: not null })
            throw user.Fields.Error("is given beside client-key; kubectl refuses that too", "client-key-data");
        var (certificate, certificateField) = Read(user.Fields, "client-certificate", user.CertificateFile, user.CertificateData);
        var (key, _) = Read(user.Fields, "client-key", user.KeyFile, user.KeyData);
        if (key is null) throw user.Fields.Error("is given without client-key", certificateField);
        try
        {
            return ClientCertificate.FromPem(certificate!, key);
        }
        catch (NotSupportedException error)
        {
            throw user.Fields.Error($"cannot be used: {error.Message}", certificateField, error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw user.Fields.Error("and client-key are not a certificate and its private key in PEM form (encrypted keys are not supported)",
                certificateField, error);
        }
    }

    /// <summary>A path in a kubeconfig is relative to the file it stands in.</summary>
    public static string Resolve(YamlFields fields, string path) =>
        Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(fields.File.Path))!);

    private static (string? Pem, string Field) Read(YamlFields fields, string name, string? file, string? data)
    {
        if (data is not null)
        {
            try
            {
                return (Encoding.UTF8.GetString(Convert.FromBase64String(data)), name + "-data");
            }
            catch (FormatException error)
            {
                throw fields.Error("is not base64", name + "-data", error);
            }
        }

        return file is null
            ? (null, name)
            : (TextFile.Read(Resolve(fields, file), $"{name} of '{fields.Path}' in {fields.File.Path},", fields.File.Recommendation), name);
    }
}
