using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using YamlDotNet.Core;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// A file of <c>configurations</c>: where custom kinds, such as Rollouts, refer to others by name. Whatever else such a file can say is
/// not rendered here.
/// </summary>
internal static class ReferenceConfiguration
{
    /// <summary>Throws <see cref="KustomizeException"/>.</summary>
    public static IReadOnlyList<ReferencePaths.Reference> Read(byte[] file, string path)
    {
        JsonNode? parsed;
        try
        {
            parsed = YamlJson.Parse(Encoding.UTF8.GetString(file));
        }
        catch (YamlException bad)
        {
            throw new KustomizeException($"in file {path}: yaml: line {bad.Start.Line}: {bad.Message}", bad);
        }

        if (parsed is not JsonObject body) throw new KustomizeException($"in file {path}: no transformer configuration");
        if (body.Select(field => field.Key).FirstOrDefault(name => name != "nameReference") is { } other)
            throw new KustomizeException($"the field '{other}' of a configuration is not rendered by the practice estate");
        return new StrictFields(body, "TransformerConfig").Objects("nameReference", Reference);
    }

    private static ReferencePaths.Reference Reference(StrictFields fields)
    {
        fields.Ignore("version");
        var group = fields.Text("group");
        return new ReferencePaths.Reference(fields.Text("kind"), group.Length > 0 ? group : null, fields.Objects("fieldSpecs", Path));
    }

    private static FieldPath Path(StrictFields fields)
    {
        fields.Ignore("version");
        var group = fields.Text("group");
        return new FieldPath(fields.Text("path"), fields.Text("kind"), group.Length > 0 ? group : null, fields.Flag("create"));
    }
}
