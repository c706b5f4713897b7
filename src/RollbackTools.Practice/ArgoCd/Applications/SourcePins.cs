using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>
/// What an application is made from, and at which revisions. One source is written as <c>source</c> and <c>revision</c>; several as
/// <c>sources</c> and <c>revisions</c>, in the same order.
/// </summary>
internal sealed record SourcePins(bool Several, IReadOnlyList<JsonObject> Sources, IReadOnlyList<string> Revisions)
{
    /// <summary>As the spec has it: the revisions are its targets.</summary>
    public static SourcePins OfSpec(JsonObject application)
    {
        var (several, sources) = Read(application.Object("spec")) ?? (false, []);
        return new SourcePins(several, sources, [.. sources.Select(Target)]);
    }

    /// <summary>As an operation, its result or an entry of the history has it; what it leaves open is the spec's.</summary>
    public static SourcePins Of(JsonObject pinned, JsonObject application)
    {
        var (several, sources) = Read(pinned) ?? Read(application.Object("spec")) ?? (false, []);
        List<string?> revisions = several
            ? [.. (pinned["revisions"] as JsonArray ?? []).Select(revision => revision.Text())]
            : [pinned.Text("revision")];
        return new SourcePins(several, sources, [.. sources.Select((source, at) =>
            revisions.ElementAtOrDefault(at) is { Length: > 0 } revision ? revision : Target(source))]);
    }

    public void WriteSources(JsonObject into)
    {
        if (Several) into["sources"] = new JsonArray([.. Sources.Select(source => source.DeepClone())]);
        else if (Sources.Count > 0) into["source"] = Sources[0].DeepClone();
    }

    public void WriteRevisions(JsonObject into)
    {
        if (Several) into["revisions"] = new JsonArray([.. Revisions.Select(revision => (JsonNode)revision)]);
        else if (Revisions.Count > 0) into["revision"] = Revisions[0];
    }

    public bool SameSources(SourcePins other) => Several == other.Several && Sources.Count == other.Sources.Count
        && Sources.Zip(other.Sources).All(pair => JsonNode.DeepEquals(pair.First, pair.Second));

    public bool Same(SourcePins other) => SameSources(other) && Revisions.SequenceEqual(other.Revisions);

    private static string Target(JsonObject source) => source.Text("targetRevision") is { Length: > 0 } target ? target : "HEAD";

    private static (bool Several, IReadOnlyList<JsonObject> Sources)? Read(JsonObject? from)
    {
        if (from.Items("sources").ToList() is { Count: > 0 } several) return (true, several);
        return from.Object("source") is { } one ? (false, [one]) : null;
    }
}
