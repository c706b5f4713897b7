namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>The API server's own name rules (RFC 1123), checked before a name gets near a URL.</summary>
public static class KubernetesName
{
    /// <summary>What most objects are named by: labels of a-z, 0-9 and '-' joined by dots, at most 253 characters.</summary>
    public static bool IsSubdomain(string name) => name.Length is > 0 and <= 253 && name.Split('.').All(IsLabelText);

    /// <summary>What namespaces are named by: one label of at most 63 characters.</summary>
    public static bool IsLabel(string name) => name.Length <= 63 && IsLabelText(name);

    /// <summary>What RBAC's objects are named by: anything that can be one segment of a path.</summary>
    public static bool IsPathSegment(string name) =>
        name.Length is > 0 and <= 253 && name is not ("." or "..") && name.All(c => c is > ' ' and < '\x7f' and not '/' and not '%');

    private static bool IsLabelText(string text) =>
        text.Length > 0 && text[0] != '-' && text[^1] != '-' && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
