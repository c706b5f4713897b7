using System.Text.Json;

namespace RollbackTools.Operations.Estate.Manifests;

/// <summary>Reads YAML into JSON as Helm and kubectl do (sigs.k8s.io/yaml: YAML 1.1 scalars, the last of equal keys counts).</summary>
public interface IManifestReader
{
    /// <summary>
    /// One YAML document; null when there is nothing in it but comments. Throws <see cref="FormatException"/> with the line and the
    /// trouble, never the content: also for a document that is nested too deeply, or that aliases would make grow beyond a bound.
    /// </summary>
    JsonElement? Read(string document);
}
