using System.Text.Encodings.Web;
using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api;

internal static class ApiJson
{
    /// <summary>Escapes only what JSON must escape.</summary>
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
