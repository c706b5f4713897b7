namespace RollbackTools.Operations.Estate.Kubernetes;

public sealed record ObjectMeta
{
    public string Name { get; init => field = value ?? ""; } = "";

    public string Namespace { get; init => field = value ?? ""; } = "";

    public string Uid { get; init => field = value ?? ""; } = "";

    public string ResourceVersion { get; init => field = value ?? ""; } = "";

    public long Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? Empty; } = Empty;

    public IReadOnlyDictionary<string, string> Annotations { get; init => field = value ?? Empty; } = Empty;

    /// <summary>Who has something to do before the object goes.</summary>
    public IReadOnlyList<string> Finalizers { get; init => field = value ?? []; } = [];

    public IReadOnlyList<OwnerReference> OwnerReferences { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ManagedFieldsEntry> ManagedFields { get; init => field = value ?? []; } = [];

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    /// <summary>Whether the object's controller is the one with this uid (names are reused; uids are not).</summary>
    public bool IsControlledBy(string uid) => OwnerReferences.Any(owner => owner.Controller && owner.Uid == uid);

    /// <summary>
    /// Who wrote it last, status aside. Times are whole seconds: of several in the same one, somebody else is meant, because that
    /// is what is asked when the object is not as we left it.
    /// </summary>
    public ManagedFieldsEntry? LastWriter() => ManagedFields.Where(entry => entry.Subresource is null)
        .MaxBy(entry => (entry.Time, Else: entry.Manager != WriteOptions.DefaultFieldManager));
}

public sealed record OwnerReference
{
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    public string Kind { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    public string Uid { get; init => field = value ?? ""; } = "";

    public bool Controller { get; init; }
}
