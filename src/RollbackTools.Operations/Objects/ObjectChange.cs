namespace RollbackTools.Operations.Objects;

public enum ObjectChangeKind
{
    Added,
    Removed,
    Changed,
}

/// <summary>An object that differs between two states, and in which fields.</summary>
public sealed record ObjectChange(ObjectId Id, ObjectChangeKind Kind, IReadOnlyList<FieldChange> Fields)
{
    /// <summary>In one line: <c>configmap/api: 2 fields</c>, <c>job/seed: added</c>.</summary>
    public string Summary => Kind switch
    {
        ObjectChangeKind.Added => $"{Id}: added",
        ObjectChangeKind.Removed => $"{Id}: removed",
        _ when Fields.Count == 1 => $"{Id}: {Fields[0]}",
        _ => $"{Id}: {Fields.Count} fields",
    };

    /// <summary>A line each for a screen, the object's name first.</summary>
    public IEnumerable<string> Lines() => Kind == ObjectChangeKind.Changed ? Fields.Select(field => $"{Id}: {field}") : [Summary];

    /// <summary>As <see cref="Lines"/>, fit for a journal.</summary>
    public IEnumerable<string> LinesForTheRecord() => Kind == ObjectChangeKind.Changed ? Fields.Select(field => $"{Id}: {field.ForTheRecord()}") : [Summary];
}
