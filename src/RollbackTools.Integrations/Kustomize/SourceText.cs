using System.Text;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>A file's bytes as text that turns back into the same bytes.</summary>
internal sealed record SourceText(string Path, string Text, bool ByteOrderMark)
{
    public const int Limit = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>As most of the file's lines end; as ours end by default when there is only one.</summary>
    public string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    public static SourceText Decode(string path, ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (bytes.Length > Limit) throw Unreadable(path, $"is larger than {Limit / 1024} KB");
        if (bytes.StartsWith("version https://git-lfs.github.com/spec/"u8)) throw Unreadable(path, "is kept in Git LFS, and only its pointer lies here");
        var mark = bytes.StartsWith("\uFEFF"u8);
        try
        {
            var text = Strict.GetString(mark ? bytes[3..] : bytes);
            return text.Contains('\0', StringComparison.Ordinal) ? throw Unreadable(path, "is not a text file") : new SourceText(path, text, mark);
        }
        catch (DecoderFallbackException)
        {
            throw Unreadable(path, "is not UTF-8 text");
        }
    }

    public byte[] Encode(string text) => [.. ByteOrderMark ? "\uFEFF"u8.ToArray() : [], .. Strict.GetBytes(text)];

    public static RollbackException Unreadable(string path, string problem) => new("KustomizationUnreadable", $"{path} {problem}.") { Target = path };
}
