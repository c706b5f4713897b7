using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate;

/// <summary>How to reach Argo CD's API server. A journal keeps it, without the token: that is looked up again.</summary>
public sealed record ArgoCdOptions
{
    public Uri Server { get; init; } = null!;

    public string? Project { get; init; }

    /// <summary>PEM certificates to trust instead of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The environment variable with the token; null means ARGOCD_AUTH_TOKEN, then what <c>argocd login</c> left.</summary>
    public string? TokenEnv { get; init; }

    /// <summary>A token given on the command line.</summary>
    [JsonIgnore]
    public ArgoToken? Token { get; init; }
}

/// <summary>A bearer token that does not show itself: not in a message, not in a record's text, not in JSON.</summary>
public sealed class ArgoToken(string value) : IEquatable<ArgoToken>
{
    /// <summary>For the Authorization header, and for nothing else.</summary>
    public string Reveal() => value;

    public bool Equals(ArgoToken? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as ArgoToken);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "(a token)";
}
