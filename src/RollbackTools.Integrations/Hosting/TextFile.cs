using System.Text;

namespace RollbackTools.Integrations.Hosting;

/// <summary>Reads a configuration file whole, up to a limit, and says plainly why when it cannot.</summary>
internal static class TextFile
{
    public const int Limit = 10 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="what">What the file is to the reader of the error: "kubeconfig".</param>
    public static string Read(string path, string what, string? recommendation = null)
    {
        var bytes = ReadBytes(path, what, recommendation);
        try
        {
            // PowerShell 5's '>' writes UTF-16, which is how a saved kubeconfig often arrives from Windows.
            var text = bytes switch
            {
                [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2),
                [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2),
                [0xEF, 0xBB, 0xBF, ..] => StrictUtf8.GetString(bytes, 3, bytes.Length - 3),
                _ => StrictUtf8.GetString(bytes),
            };
            if (!text.Contains('\0', StringComparison.Ordinal)) return text;
        }
        catch (DecoderFallbackException)
        {
            // Falls through: not text.
        }

        throw Configuration.Error($"The {what} {path} is not a text file.", recommendation);
    }

    public static byte[] ReadBytes(string path, string what, string? recommendation = null)
    {
        try
        {
            if (Directory.Exists(path)) throw Configuration.Error($"The {what} {path} is a directory.", recommendation);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadUpToLimit(file) ?? throw Configuration.Error(
                $"The {what} {path} is larger than {Limit / 1024 / 1024} MB, so it was not read.", recommendation);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Configuration.Error($"The {what} {path} does not exist.", recommendation, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Configuration.Error($"The {what} {path} cannot be read: {error.Message}", recommendation, error);
        }
    }

    // Not sized by the file's length: pipes (`<(…)`) and devices have none.
    private static byte[]? ReadUpToLimit(FileStream file)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            copy.Write(buffer, 0, read);
            if (copy.Length > Limit) return null;
        }

        return copy.ToArray();
    }
}
