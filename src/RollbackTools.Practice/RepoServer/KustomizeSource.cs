using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Practice.RepoServer;

/// <summary>Reads <c>spec.source.kustomize</c>. What is not rendered here is an error.</summary>
internal static class KustomizeSource
{
    private static readonly string[] Known =
        ["namePrefix", "nameSuffix", "namespace", "images", "replicas", "commonLabels", "commonAnnotations", "version"];

    public static KustomizeOverrides? Read(JsonObject source)
    {
        if (source.Object("kustomize") is not { } fields) return null;
        if (fields.Select(field => field.Key).FirstOrDefault(name => !Known.Contains(name)) is { } other)
            throw new SourceException($"spec.source.kustomize.{other} is not rendered by the practice estate");
        return new KustomizeOverrides
        {
            NamePrefix = fields.Text("namePrefix"),
            NameSuffix = fields.Text("nameSuffix"),
            Namespace = fields.Text("namespace"),
            Images = [.. (fields["images"] as JsonArray ?? []).Select(image => image.Text() ?? "")],
            Replicas = [.. fields.Items("replicas").Select(entry => (entry.Text("name") ?? "", (long)(entry.Number("count") ?? 0)))],
            CommonLabels = fields.Map("commonLabels"),
            CommonAnnotations = fields.Map("commonAnnotations"),
        };
    }
}
