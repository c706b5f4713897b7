namespace RollbackTools.Integrations.Kubernetes.Authentication;

internal static class TokenText
{
    /// <summary>Whether a text can stand in an Authorization header as it is.</summary>
    public static bool IsUsable(string token) => token.Length > 0 && token.All(c => c is > ' ' and < (char)127);

    /// <summary>Whether a text can stand in a header value: no line ends, no control characters.</summary>
    public static bool IsHeaderSafe(string text) => text.All(c => c is >= ' ' and < (char)127);
}
