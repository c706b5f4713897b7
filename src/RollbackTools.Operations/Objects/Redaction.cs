using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// Which values are not shown: what Secrets hold, and anything that is called like a secret or looks like one, wherever it stands. People
/// put passwords into environment variables and config maps, though they should not.
/// </summary>
internal static partial class Redaction
{
    public static bool Hides(ObjectId id, string path, JsonNode? value)
    {
        if (value is null) return false;
        if (id is { Group: "", Kind: "Secret" } && path is not ("type" or "immutable") && !path.StartsWith("metadata.labels", StringComparison.Ordinal)) return true;
        if (value.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False && !SecretName().IsMatch(LastOf(path))) return false;
        // A reference to a secret names it, and tells nothing.
        if (Reference().IsMatch(path)) return false;
        return SecretName().IsMatch(NameOf(path))
            || SecretText().IsMatch(value is JsonValue text && text.TryGetValue<string>(out var plain) ? plain : value.ToJsonString())
            || (value is JsonArray list && list.OfType<JsonValue>().Any(item => SecretOption().IsMatch(item.ToString())));
    }

    /// <summary>Whether such a value can stay on record: a number, a truth, an image.</summary>
    public static bool IsHarmless(string path, JsonNode? value) => value is null
        || value.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        || (path.EndsWith(".image", StringComparison.Ordinal) && value.GetValueKind() == JsonValueKind.String);

    // A variable's name stands before its value, in whatever list it is (env, extraEnv, parameters).
    private static string NameOf(string path)
    {
        if (path.LastIndexOf(".env[", StringComparison.Ordinal) is >= 0 and var env) return path[env..];
        return LastOf(path) == "value" && path.LastIndexOf('[') is >= 0 and var item ? path[item..] : LastOf(path);
    }

    private static string LastOf(string path) => path[(path.LastIndexOfAny(['.', '[']) + 1)..].TrimEnd(']');

    [GeneratedRegex(@"passw|passphrase|(?<![a-z])(pass|pwd)(?![a-z])|secret|token|credential|private|api[-_]?key|access[-_]?key|signing|(?<![a-z])key$|\bdsn\b|connection[-_]?string|auth(orization)?$|cert$|\.pem$|htpasswd",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // Its value is the next argument.
    [GeneratedRegex(@"^--?[\w-]*(passw|passphrase|pwd|secret|token|credential|api-?key|access-?key)[\w-]*$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretOption();

    [GeneratedRegex(@"secretName$|secretKeyRef|secretRef|imagePullSecrets|serviceAccountToken|tokenExpirationSeconds|automountServiceAccountToken|\.secret\.(items|optional|defaultMode)|topologyKey$|configMapKeyRef|\.key$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    // A URL with a password, a PEM block, a JWT, an AWS key, and words that assign one.
    [GeneratedRegex(@"://[^/\s:@]*:[^/\s@]+@|-----BEGIN|\beyJ[A-Za-z0-9_-]{8,}\.|\bAKIA[0-9A-Z]{16}\b|\bgh[opsu]_[A-Za-z0-9]{20,}|(passw(or)?d|secret|token|api[-_]?key)[""']?\s*[:=]", RegexOptions.IgnoreCase)]
    private static partial Regex SecretText();
}
