using System.Text.Json;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads;

internal static class PodTemplates
{
    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement.Clone();

    public static PodTemplate Of(string json) => new(Json(json));

    public static PodTemplate WithImage(string image) => Of($$$"""
        {"metadata":{"creationTimestamp":null,"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"{{{image}}}"}]}}
        """);
}
