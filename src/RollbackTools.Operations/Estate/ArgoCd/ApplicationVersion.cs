using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>
/// What an application deploys: where from, with which overrides, at which commits. The image updater's default method changes the
/// overrides and not the commit, so only both together say which version it is.
/// </summary>
public sealed record ApplicationVersion
{
    /// <summary>The sources as Argo CD wrote them, one unless it is a multi-source application.</summary>
    public IReadOnlyList<JsonElement> Sources { get; init; } = [];

    /// <summary>Commits (or chart versions), one per source, in the same order.</summary>
    public IReadOnlyList<string> Revisions { get; init; } = [];

    /// <summary>Whether it is written as <c>sources</c> and <c>revisions</c>.</summary>
    public bool MultiSource { get; init; }

    /// <summary>Twelve hex digits that are the same for the same version and no other, on every machine.</summary>
    [JsonIgnore]
    public string Key
    {
        get
        {
            var text = string.Join('\n', Revisions.Concat(Sources.Select(source => JsonSame.Canonical(source))));
            return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12].ToLowerInvariant();
        }
    }

    /// <summary>As people say it: a commit cut to what is readable, a chart's version as it is.</summary>
    public string Describe() => Revisions.Count == 0 ? "nothing" : string.Join(" + ", Revisions.Select(Short));

    /// <summary>Images that the sources themselves pin (<c>kustomize.images</c>), as written there.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> PinnedImages => [.. Sources.SelectMany(source => source.Texts("kustomize", "images"))];

    public static string Short(string revision) => IsCommit(revision) ? revision[..10] : revision;

    public static bool IsCommit(string revision) => revision.Length >= 40 && revision.All(char.IsAsciiHexDigit);

    /// <summary>Reads <c>source</c>/<c>revision</c> or <c>sources</c>/<c>revisions</c> of a history entry or a sync result; null when it holds neither.</summary>
    public static ApplicationVersion? Of(JsonElement entry)
    {
        if (entry.Items("sources") is { Count: > 0 } sources)
            return new ApplicationVersion { Sources = sources, Revisions = entry.Texts("revisions"), MultiSource = true };
        return entry.At("source") is { } source && entry.Text("revision") is { } revision
            ? new ApplicationVersion { Sources = [source], Revisions = [revision] }
            : null;
    }

    public bool SameAs(ApplicationVersion? other) => other is not null && Key == other.Key;
}
