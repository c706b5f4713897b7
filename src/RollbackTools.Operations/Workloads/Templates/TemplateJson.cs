using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Workloads.Templates;

[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class TemplateJson : JsonSerializerContext;
