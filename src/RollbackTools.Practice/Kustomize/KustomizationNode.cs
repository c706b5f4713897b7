using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kustomize;

/// <summary>A kustomization with everything it names, read and in memory: the build itself touches no file.</summary>
internal sealed record KustomizationNode(
    Kustomization Says, string Directory, IReadOnlyList<KustomizationOperand> Resources, IReadOnlyList<KustomizationNode> Components,
    IReadOnlyDictionary<string, byte[]> Files)
{
    /// <summary>A file named by a patch or a generator.</summary>
    public byte[] File(string path) => Files.TryGetValue(path, out var bytes)
        ? bytes
        : throw new KustomizeException($"open {TreePath.Join(Directory, path) ?? path}: no such file or directory");

    /// <summary>What its configuration files add to kustomize's own name references, and those of all it holds.</summary>
    public IEnumerable<ReferencePaths.Reference> References() =>
    [
        .. Resources.Select(operand => operand.Base).OfType<KustomizationNode>().Concat(Components).SelectMany(inner => inner.References()),
        .. Says.Configurations.SelectMany(path => ReferenceConfiguration.Read(File(path), path)),
    ];
}

/// <summary>One entry of <c>resources</c>: the objects of a file, or another kustomization.</summary>
internal sealed record KustomizationOperand(IReadOnlyList<JsonObject> Objects, KustomizationNode? Base);
