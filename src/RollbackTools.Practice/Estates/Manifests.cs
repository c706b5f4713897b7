using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Practice.Estates;

/// <summary>Kubernetes manifests as they are written: YAML documents parted by <c>---</c>, one object each.</summary>
public static class Manifests
{
    /// <summary>The objects, in order. Throws <see cref="YamlDotNet.Core.YamlException"/> when it is no YAML.</summary>
    public static IEnumerable<JsonObject> Parse(string yaml) =>
        yaml.Split("\n---").Select(YamlJson.Parse).OfType<JsonObject>();
}
