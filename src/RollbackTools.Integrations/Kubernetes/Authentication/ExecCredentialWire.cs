using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Yaml;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>What a plugin printed: <c>status</c> of a client.authentication.k8s.io ExecCredential.</summary>
internal sealed class ExecCredentialStatus
{
    public required string? ApiVersion { get; init; }

    public string? Token { get; init; }

    public string? ClientCertificate { get; init; }

    public string? ClientKey { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The JSON exec plugins take (in KUBERNETES_EXEC_INFO) and print.</summary>
internal static class ExecCredentialWire
{
    // A cluster's extension is free-form; aliases could unfold it without end.
    private const int MaximumInfoBytes = 256 * 1024;

    public static string WriteInfo(KubeExec exec, KubeCluster cluster, byte[]? authorityPem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ExecCredential");
            json.WriteString("apiVersion", exec.ApiVersion);
            json.WriteStartObject("spec");
            json.WriteBoolean("interactive", false);
            if (exec.ProvideClusterInfo) WriteCluster(json, cluster, authorityPem);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Throws <see cref="JsonException"/> when the output is not an ExecCredential with a status.</summary>
    public static ExecCredentialStatus ReadStatus(ReadOnlyMemory<byte> output)
    {
        using var document = JsonDocument.Parse(output);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("status", out var status) || status.ValueKind != JsonValueKind.Object)
            throw new JsonException("there is no 'status'");
        return new ExecCredentialStatus
        {
            ApiVersion = Text(root, "apiVersion"),
            Token = Text(status, "token"),
            ClientCertificate = Text(status, "clientCertificateData"),
            ClientKey = Text(status, "clientKeyData"),
            ExpiresAt = Time(Text(status, "expirationTimestamp")),
        };
    }

    private static string? Text(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() is { Length: > 0 } text ? text : null
        : throw new JsonException($"'{name}' is not text");

    private static DateTimeOffset? Time(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new JsonException("'expirationTimestamp' is not a time");

    private static void WriteCluster(Utf8JsonWriter json, KubeCluster cluster, byte[]? authorityPem)
    {
        json.WriteStartObject("cluster");
        json.WriteString("server", cluster.Server);
        if (cluster.TlsServerName is not null) json.WriteString("tls-server-name", cluster.TlsServerName);
        if (cluster.SkipTlsVerify) json.WriteBoolean("insecure-skip-tls-verify", true);
        if (authorityPem is not null) json.WriteBase64String("certificate-authority-data", authorityPem);
        if (cluster.ProxyUrl is not null) json.WriteString("proxy-url", cluster.ProxyUrl);
        if (cluster.DisableCompression) json.WriteBoolean("disable-compression", true);
        if (cluster.ExecConfiguration is not null)
        {
            json.WritePropertyName("config");
            Write(json, cluster, cluster.ExecConfiguration);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, KubeCluster cluster, YamlNode node)
    {
        if (json.BytesCommitted + json.BytesPending > MaximumInfoBytes)
            throw cluster.Fields.Error("is too large for an exec plugin", "extensions");
        switch (node)
        {
            case YamlMap map:
                json.WriteStartObject();
                foreach (var (key, entry) in map.Entries)
                {
                    json.WritePropertyName(key);
                    Write(json, cluster, entry.Value);
                }

                json.WriteEndObject();
                break;
            case YamlList list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, cluster, item);
                json.WriteEndArray();
                break;
            case YamlScalar { IsNull: true }:
                json.WriteNullValue();
                break;
            case YamlScalar { Plain: true, Text: "true" or "false" } flag:
                json.WriteBooleanValue(flag.Text == "true");
                break;
            case YamlScalar { Plain: true } scalar
                when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                json.WriteNumberValue(number);
                break;
            case YamlScalar scalar:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }
}
