using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>What runs by the clock.</summary>
internal static class BatchKinds
{
    public static Resource<CustomResource> CronJobs { get; } =
        new("batch", "v1", "cronjobs", "CronJob", BatchJson.Default.CustomResource, BatchJson.Default.ResourceListCustomResource);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceList<CustomResource>))]
internal sealed partial class BatchJson : JsonSerializerContext;
