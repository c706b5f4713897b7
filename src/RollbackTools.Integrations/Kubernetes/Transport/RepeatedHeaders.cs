using System.Text;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>
/// Sends a header's values on lines of their own. .NET joins them with a comma, and the API server takes
/// <c>Impersonate-Group: dev, ops</c> for one group of that odd name. HTTP/1.1 only: there the joined text can carry line ends,
/// put in by the header's encoding from a mark no value can hold.
/// </summary>
internal static class RepeatedHeaders
{
    // A private-use character: values are checked to be visible ASCII before they get here.
    private const char Mark = '\uE000';

    /// <summary>One value that goes out as several lines.</summary>
    public static string Join(IEnumerable<string> values) => string.Join(Mark, values);

    /// <summary>For <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/>.</summary>
    public static Encoding? EncodingFor(string name) =>
        name.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase) ? new LineEncoding(name) : null;

    private sealed class LineEncoding(string header) : Encoding
    {
        private readonly string _next = $"\r\n{header}: ";

        public override int GetByteCount(char[] chars, int index, int count) => Expand(chars.AsSpan(index, count)).Length;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            ASCII.GetBytes(Expand(chars.AsSpan(charIndex, charCount)), bytes.AsSpan(byteIndex));

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            ASCII.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

        public override int GetMaxByteCount(int charCount) => charCount * _next.Length;

        public override int GetMaxCharCount(int byteCount) => byteCount;

        private string Expand(ReadOnlySpan<char> chars) => chars.ToString().Replace(Mark.ToString(), _next, StringComparison.Ordinal);
    }
}
