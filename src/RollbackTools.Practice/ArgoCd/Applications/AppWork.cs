namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>How thoroughly an application is to be compared.</summary>
internal enum RefreshLevel
{
    None,

    /// <summary>What is live has changed: the manifests rendered last will do.</summary>
    Recent,

    /// <summary>The repository is asked where its branch is now.</summary>
    Latest,

    /// <summary>As latest, and everything is rendered anew.</summary>
    Hard,
}

/// <summary>What the controller has in hand for one application. Gone with the process; the rest is in the object.</summary>
internal sealed class AppWork
{
    private volatile Rendered? fresh;
    private volatile OperationManifests? operation;

    /// <summary>What has been asked for and not yet begun.</summary>
    public RefreshLevel Wanted { get; set; }

    public bool Rendering { get; set; }

    /// <summary>Rendered elsewhere and not yet looked at.</summary>
    public Rendered? Fresh { get => fresh; set => fresh = value; }

    /// <summary>The spec's manifests as they were rendered last.</summary>
    public Desired? Known { get; set; }

    /// <summary>What status tells of.</summary>
    public Comparison? Comparison { get; set; }

    /// <summary>When it was last compared with the repository.</summary>
    public DateTimeOffset? ComparedAt { get; set; }

    /// <summary>Since when the repository has not answered.</summary>
    public DateTimeOffset? SourceFailingSince { get; set; }

    /// <summary>When it is looked at again if nothing happens.</summary>
    public DateTimeOffset? WakeAt { get; set; }

    /// <summary>Whether it waits for its turn to heal itself.</summary>
    public bool HealPending { get; set; }

    /// <summary>What an operation's manifests are being rendered from.</summary>
    public SourcePins? OperationWanted { get; set; }

    public OperationManifests? Operation { get => operation; set => operation = value; }

    public void Want(RefreshLevel level)
    {
        if (level > Wanted) Wanted = level;
    }

    public void ForgetOperation() => (OperationWanted, Operation) = (null, null);
}

/// <param name="Desired">The outcome.</param>
/// <param name="Annotation">The refresh annotation it answers, if any.</param>
/// <param name="Patient">Whether it was only the regular look: an unreachable repository is forgiven for a while.</param>
internal sealed record Rendered(Desired Desired, string? Annotation, bool Patient);

/// <param name="Wanted">What was asked for: perhaps a branch.</param>
/// <param name="Desired">What came of it, at commits.</param>
internal sealed record OperationManifests(SourcePins Wanted, Desired Desired);
