namespace RollbackTools.Operations.Estate.Kubernetes;

public sealed record ObjectMeta
{
    public string Name { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    public long Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = Empty;

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Empty;

    public IReadOnlyList<OwnerReference> OwnerReferences { get; init; } = [];

    public IReadOnlyList<ManagedFieldsEntry> ManagedFields { get; init; } = [];

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    /// <summary>Whether the object's controller is the one with this uid (names are reused; uids are not).</summary>
    public bool IsControlledBy(string uid) => OwnerReferences.Any(owner => owner.Controller && owner.Uid == uid);
}

public sealed record OwnerReference
{
    public string ApiVersion { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    public bool Controller { get; init; }
}

/// <summary>Who last wrote which fields. The field set itself is not read: who and how is what decides.</summary>
public sealed record ManagedFieldsEntry
{
    public string Manager { get; init; } = "";

    /// <summary><c>Apply</c> (server-side apply) or <c>Update</c>.</summary>
    public string Operation { get; init; } = "";

    public string? Subresource { get; init; }

    public DateTimeOffset? Time { get; init; }
}
