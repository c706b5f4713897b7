using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;
using YamlDotNet.Core;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>A file that sets images, read with places. Edits give a new text; nothing is changed in place.</summary>
internal abstract class ImageDocument(string path, SourceMap root, SourceNode? list, string imagesPath)
{
    public string Path => path;

    public abstract IReadOnlyList<ImagePlace> Images { get; }

    protected SourceMap Root => root;

    protected SourceNode? List => list;

    /// <param name="newLine">How a line that is added ends.</param>
    /// <param name="reopen">Reads a text on the way to the finished one.</param>
    public static ImageDocument Open(string path, string text, string newLine, Func<string, ImageDocument> reopen)
    {
        SourceNode? node;
        try
        {
            node = SourceTree.Read(text);
        }
        catch (FormatException error)
        {
            throw SourceText.Unreadable(path, error.Message.StartsWith("line ", StringComparison.Ordinal) ? $"cannot be used, {error.Message}" : error.Message);
        }

        if (node is not SourceMap root) throw SourceText.Unreadable(path, node is null ? "is empty" : "is not a mapping");
        var isOverride = System.IO.Path.GetFileName(path).StartsWith(".argocd-source", StringComparison.Ordinal);
        return isOverride ? ArgoOverride.Of(path, text, root) : Kustomization.Of(path, text, root, newLine, reopen);
    }

    public abstract string Change(int index, ImageEntry to);

    public abstract string Add(ImageEntry entry);

    /// <summary>Everything the file says except one entry of its images, and how many they are.</summary>
    public IEnumerable<string> Outline(int without) => root.Flatten("")
        .Where(line => !line.StartsWith($"{imagesPath}[{without}]", StringComparison.Ordinal))
        .Where(line => !line.StartsWith(" = ", StringComparison.Ordinal) && !line.StartsWith($"{imagesPath} = ", StringComparison.Ordinal));

    /// <summary>The texts of a list at the top; anything else in it is none of our business.</summary>
    public IEnumerable<string> Texts(string name) =>
        root.Find(name)?.Value is SourceList items ? items.Items.OfType<SourceScalar>().Select(item => item.Value) : [];

    public static RollbackException NotEditable(string path, string problem) => new("KustomizationNotEditable", $"{path} was left alone: {problem}.")
    {
        Target = path,
        NextStep = "Edit it by hand, commit and push.",
    };

    protected RollbackException NotEditable(string problem) => NotEditable(path, problem);

    /// <summary>Throws when the scalar cannot be replaced without effects elsewhere.</summary>
    protected SourceScalar Own(SourceNode value, string name) => value switch
    {
        { Shared: true } => throw NotEditable($"'{name}' is shared through an anchor or alias"),
        SourceScalar { Tagged: true } => throw NotEditable($"'{name}' has an explicit YAML tag"),
        SourceScalar { Style: ScalarStyle.Literal or ScalarStyle.Folded } => throw NotEditable($"'{name}' is a block of text"),
        SourceScalar scalar => scalar,
        _ => throw NotEditable($"'{name}' is not text"),
    };

    /// <summary>Where the scalar's characters stand, quotes included. Throws when that cannot be told for sure.</summary>
    protected (int Start, int End) Span(string text, SourceScalar scalar)
    {
        var end = scalar.Start + text[scalar.Start..scalar.End].TrimEnd().Length;
        var written = text[scalar.Start..end];
        var quote = scalar.Style switch { ScalarStyle.SingleQuoted => '\'', ScalarStyle.DoubleQuoted => '"', _ => '\0' };
        var clear = quote == '\0' ? written == scalar.Value : written.Length >= 2 && written[0] == quote && written[^1] == quote && !written.Contains('\n', StringComparison.Ordinal);
        return clear ? (scalar.Start, end) : throw NotEditable($"the value '{scalar.Value}' is written in more than one line");
    }
}
