using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RollbackTools.Operations.Estate.Manifests;
using YamlDotNet.Core;

namespace RollbackTools.Integrations.Yaml;

/// <summary>One YAML document to JSON: events to a small tree (aliases share a node), the tree to JSON under limits.</summary>
internal sealed class ManifestReader : IManifestReader
{
    public JsonElement? Read(string document)
    {
        ManifestNode? root;
        try
        {
            root = ManifestTree.Read(document);
        }
        catch (YamlException error)
        {
            // The parser's own words can quote what it stumbled over, so they are not passed on.
            throw new FormatException($"line {error.Start.Line}, column {error.Start.Column}: it is not valid YAML", error);
        }

        if (root is null or ManifestScalar { Value: null }) return null;
        ArrayBufferWriter<byte> buffer = new(Math.Max(256, document.Length * 2));
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
            new ManifestWriter(json).Write(root);
        using var read = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = ManifestWriter.MaximumDepth });
        return read.RootElement.Clone();
    }
}
