namespace RollbackTools.Operations.Estate.Helm;

/// <summary>
/// Helm's records in the cluster, as Helm 3 and 4 write and read them. Every call throws <see cref="EstateException"/> when refused
/// or unreachable, and <see cref="Runs.RollbackException"/> with HelmRecordUnreadable (which names release, revision and object, never
/// content) or HelmRecordTooLarge.
/// </summary>
public interface IHelmStorage
{
    /// <summary>
    /// The records of a release, or of all; without a namespace, of all of them. Only labels are fetched. Secrets and ConfigMaps are
    /// both looked at; throws what was refused when neither may be listed.
    /// </summary>
    Task<HelmInventory> ListAsync(string? ns, string? release, CancellationToken cancellation);

    Task<HelmRecord> ReadAsync(HelmRecordName name, CancellationToken cancellation);

    /// <summary>
    /// Stores a new revision. <see cref="EstateErrorKind.AlreadyExists"/> when somebody else has just made that revision, which is how
    /// Helm keeps two from working on one release.
    /// </summary>
    Task<HelmRecord> CreateAsync(HelmRecord record, CancellationToken cancellation);

    /// <summary>
    /// Replaces a record as it was read: <see cref="EstateErrorKind.Conflict"/> when it changed since. (Helm itself overwrites.)
    /// </summary>
    Task<HelmRecord> UpdateAsync(HelmRecord record, CancellationToken cancellation);

    /// <summary>Deletes that very object; one made anew under the name is left alone (<see cref="EstateErrorKind.Conflict"/>).</summary>
    Task DeleteAsync(HelmRecordHeader record, CancellationToken cancellation);

    /// <summary>
    /// Keeps a record as it is, byte for byte and under another name (<c>NAME.COPY</c>), where no Helm sees it. Done again it changes nothing.
    /// </summary>
    Task KeepAsync(HelmRecordHeader record, string copy, CancellationToken cancellation);

    /// <summary>A kept record; null when there is no such copy.</summary>
    Task<HelmRecord?> ReadKeptAsync(HelmRecordName record, string copy, CancellationToken cancellation);

    /// <summary>
    /// Makes the record again out of its copy, with its labels. False when there is no copy. <see cref="EstateErrorKind.AlreadyExists"/> when
    /// there is a record of that revision again.
    /// </summary>
    Task<bool> RestoreAsync(HelmRecordName record, string copy, CancellationToken cancellation);

    /// <summary>Deletes a copy; one that is not there is no trouble.</summary>
    Task ForgetAsync(HelmRecordName record, string copy, CancellationToken cancellation);
}
