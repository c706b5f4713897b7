namespace RollbackTools.Operations.Estate.Manifests;

/// <summary>One document of a manifest as it is written: where it stands, and which template made it.</summary>
/// <param name="Line">Of its first line in the manifest, from 1.</param>
/// <param name="Source">From Helm's <c># Source: api/templates/deployment.yaml</c>; null without one.</param>
public sealed record ManifestText(string Text, int Line, string? Source)
{
    private const string SourceComment = "# Source: ";

    /// <summary>Splits at lines that begin with <c>---</c>, as Helm does; what follows on that line belongs to the document. Empty ones are left out.</summary>
    public static IReadOnlyList<ManifestText> Split(string manifest)
    {
        List<ManifestText> documents = [];
        int start = 0, startLine = 1, line = 1;
        for (var at = 0; at < manifest.Length; line++)
        {
            var end = manifest.IndexOf('\n', at);
            end = end < 0 ? manifest.Length : end + 1;
            if (IsSeparator(manifest.AsSpan(at, end - at)))
            {
                Add(documents, manifest[start..at], startLine);
                (start, startLine) = (at + 3, line);
            }

            at = end;
        }

        Add(documents, manifest[start..], startLine);
        return documents;
    }

    private static bool IsSeparator(ReadOnlySpan<char> line) => line.StartsWith("---");

    private static void Add(List<ManifestText> documents, string text, int line)
    {
        if (!string.IsNullOrWhiteSpace(text)) documents.Add(new ManifestText(text, line, SourceOf(text)));
    }

    private static string? SourceOf(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(SourceComment)) return line[SourceComment.Length..].Trim().ToString();
            if (!line.IsWhiteSpace() && line[0] != '#') return null;
        }

        return null;
    }
}
