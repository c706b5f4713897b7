using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>Which chart a revision was made from. Its templates, files and default values stay in the record.</summary>
public sealed record HelmChart(string Name, string Version, string? AppVersion)
{
    /// <summary><c>api-1.4.2</c>, as <c>helm list</c> has it.</summary>
    public override string ToString() => $"{Name}-{Version}";

    internal static HelmChart Of(JsonElement? metadata) => new(
        metadata?.Text("name") ?? "?", metadata?.Text("version") ?? "?", metadata?.Text("appVersion"));
}
