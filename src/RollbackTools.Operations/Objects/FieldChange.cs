namespace RollbackTools.Operations.Objects;

/// <summary>
/// One field that differs. Before and After are as a person reads them, short; null when there is nothing. A value that may be a secret is
/// <see cref="Hidden"/>, and neither is kept.
/// </summary>
public sealed record FieldChange(string Path)
{
    public string? Before { get; init; }

    public string? After { get; init; }

    public bool Hidden { get; init; }

    /// <summary>Whether both values are of a kind that is never a secret: an image, a number, a truth. Only those may go on record.</summary>
    public bool Harmless { get; init; }

    /// <summary>Whether both are of one field, or one of a part of the other.</summary>
    public bool Touches(FieldChange other) =>
        Path.StartsWith(other.Path, StringComparison.Ordinal) || other.Path.StartsWith(Path, StringComparison.Ordinal);

    /// <summary>For a screen: <c>spec.replicas: 2 → 3</c>.</summary>
    public override string ToString() => (Hidden, Before, After) switch
    {
        (true, null, _) => $"{Path}: added (hidden)",
        (true, _, null) => $"{Path}: removed (hidden)",
        (true, _, _) => $"{Path}: changed (hidden)",
        (_, null, _) => $"{Path}: added {After}",
        (_, _, null) => $"{Path}: removed {Before}",
        _ => $"{Path}: {Before} → {After}",
    };

    /// <summary>For a record that stays: the values only where they cannot be secrets.</summary>
    public string ForTheRecord() => Harmless && !Hidden
        ? ToString()
        : (this with { Hidden = true }).ToString().Replace(" (hidden)", "", StringComparison.Ordinal);
}
