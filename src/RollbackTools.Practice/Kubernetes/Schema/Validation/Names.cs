using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>What names, label keys and label values may look like, in apimachinery's words.</summary>
internal static partial class Names
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Label =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric " +
        "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string Label1035 =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an " +
        "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValue =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string QualifiedName =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static string? Check(ResourceType type, string name) => type.Kind switch
    {
        "Namespace" => Match(name, LabelPattern(), Label, 63),
        "Service" => Match(name, Label1035Pattern(), Label1035, 63),
        "Role" or "ClusterRole" or "RoleBinding" or "ClusterRoleBinding" => name is "." or ".." ? $"may not be '{name}'"
            : name.Contains('/') ? "may not contain '/'" : name.Contains('%') ? "may not contain '%'" : null,
        _ => CheckSubdomain(name),
    };

    public static string? CheckSubdomain(string name) => Match(name, SubdomainPattern(), Subdomain, 253);

    public static string? CheckLabel(string name) => Match(name, LabelPattern(), Label, 63);

    public static string? CheckLabelValue(string value) => Match(value, LabelValuePattern(), LabelValue, 63);

    public static string? CheckLabelKey(string key)
    {
        var slash = key.IndexOf('/');
        if (slash >= 0 && CheckSubdomain(key[..slash]) is { } bad) return $"prefix part {bad}";
        return Match(key[(slash + 1)..], QualifiedPattern(), QualifiedName, 63);
    }

    private static string? Match(string text, Regex pattern, string rule, int most) =>
        text.Length > most ? $"must be no more than {most} characters" : pattern.IsMatch(text) ? null : rule;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label1035Pattern();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValuePattern();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex QualifiedPattern();
}
