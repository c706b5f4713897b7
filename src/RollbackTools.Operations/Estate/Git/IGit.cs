namespace RollbackTools.Operations.Estate.Git;

/// <summary>Git, as operations use it: remote repositories, read and written without a working copy.</summary>
public interface IGit
{
    /// <summary>
    /// A repository by its URL, or the remote of a local working copy by its path; of a working copy only the configuration is
    /// read, its files, index and refs are never touched. Talks to nobody yet. Throws <see cref="EstateException"/>
    /// (Configuration) for a location that no repository can have.
    /// </summary>
    Task<IGitRepository> OpenAsync(string location, CancellationToken cancellation);
}

/// <summary>
/// One remote repository. Every call asks the remote for what it needs and throws <see cref="EstateException"/> when it is
/// refused or unreachable. Commits are named by their full id; names that could be an option, a path out of the repository
/// or a refspec are refused with <see cref="FormatException"/> before Git sees them.
/// </summary>
public interface IGitRepository
{
    /// <summary>The URL without user name and password.</summary>
    string Url { get; }

    /// <summary>The local working copy it was named by; its owner has to pull what is pushed.</summary>
    string? WorkingCopy { get; }

    /// <summary>A branch and its newest commit; null means the remote's default branch. A missing one is NotFound.</summary>
    Task<GitBranch> ReadBranchAsync(string? name, CancellationToken cancellation);

    /// <summary>
    /// The commit a person means: a full id, the beginning of one, a tag, or <c>~n</c> below the tip (<c>~0</c> is the tip). Looked for in
    /// the branch's history; NotFound when the branch does not contain it.
    /// </summary>
    Task<GitCommit> FindCommitAsync(GitBranch branch, string revision, CancellationToken cancellation);

    /// <summary>Newest first: the commits of the branch that changed one of the paths (none: all commits).</summary>
    Task<GitLog> ReadLogAsync(GitBranch branch, IReadOnlyList<string> paths, int limit, CancellationToken cancellation);

    /// <summary>Newest first: the commits of the branch that came after one of its commits and whose message contains a text.</summary>
    Task<IReadOnlyList<GitCommit>> ReadAfterAsync(GitBranch branch, string commit, string text, CancellationToken cancellation);

    /// <summary>Whether the branch contains the commit.</summary>
    Task<bool> ContainsAsync(GitBranch branch, string commit, CancellationToken cancellation);

    /// <summary>What lies at a path of a commit: its content, or null when there is nothing.</summary>
    Task<GitFile?> ReadFileAsync(string commit, string path, CancellationToken cancellation);

    /// <summary>A directory's entries by name; empty when there is no such directory. The root is the empty path.</summary>
    Task<IReadOnlyList<GitEntry>> ListAsync(string commit, string directory, CancellationToken cancellation);

    /// <summary>Tags whose names match a pattern such as <c>release/v*</c>, highest version first, from the remote's list alone.</summary>
    Task<IReadOnlyList<GitTag>> ListTagsAsync(string pattern, CancellationToken cancellation);

    /// <summary>
    /// Of some tags the first so many that name a commit, in the tags' order, with the commits' trees at hand. Tags of a tree or a file are passed over.
    /// </summary>
    Task<IReadOnlyList<TaggedCommit>> ReadTagsAsync(IReadOnlyList<GitTag> tags, int limit, CancellationToken cancellation);

    /// <summary>
    /// Makes a commit, here and not yet at the remote, as the user's configured identity and signed if that is configured.
    /// Everything but the changed paths is the parent's.
    /// </summary>
    Task<string> WriteCommitAsync(CommitDraft draft, CancellationToken cancellation);

    /// <summary>Takes the changes of commits out of a commit's tree, as git revert would, first one first.</summary>
    Task<RevertedTree> RevertAsync(RevertRequest request, CancellationToken cancellation);

    /// <summary>Makes a tag for a commit, here and not yet at the remote; returns the id to push.</summary>
    Task<string> WriteTagAsync(TagDraft draft, CancellationToken cancellation);

    /// <summary>
    /// Moves the remote's refs, all or none, each only from the value expected. Never overwrites: who was faster wins
    /// (<see cref="PushResult.Overtaken"/>). Throws Forbidden, Unauthenticated or Unreachable (then it is unknown whether it
    /// arrived: read the branch again).
    /// </summary>
    Task<PushOutcome> PushAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation);
}
