using System.Text.Json;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>
/// A change to an Application, with what it replaces: it is made only where that is still so. Anything else of the object stays.
/// </summary>
public sealed record ApplicationChange
{
    /// <summary>Whether <c>spec.syncPolicy.automated</c> changes; then from and to say how (null: absent).</summary>
    public bool Policy { get; init; }

    public JsonElement? AutomatedFrom { get; init; }

    public JsonElement? AutomatedTo { get; init; }

    public IReadOnlyList<AnnotationChange> Annotations { get; init; } = [];

    /// <summary>A list in <c>spec.source</c> that changes; null when none does.</summary>
    public SourceChange? Source { get; init; }
}

/// <summary>A list of a source's tool, such as <c>kustomize.images</c> or <c>helm.parameters</c>, before and after.</summary>
public sealed record SourceChange(string Tool, string Field, JsonElement? From, JsonElement? To);

/// <summary>Null is absent, before or after.</summary>
public sealed record AnnotationChange(string Key, string? From, string? To);
