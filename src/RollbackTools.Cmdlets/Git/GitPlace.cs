using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Git;

/// <summary>The repository, branch and overlay that are meant: the command line's, else the environment's, else where one stands.</summary>
internal sealed record GitPlace(string Estate, string Repository, string? Branch, string? Overlay)
{
    /// <summary>The Argo CD application that the environment's overlay is for.</summary>
    public string? Application { get; init; }

    /// <summary>The environment that was named.</summary>
    public EnvironmentSettings? Environment { get; init; }

    public static GitPlace Of(IEstateProvider provider, EstateParameters given, string? repository, string? branch)
    {
        var environment = EnvironmentChoice.Resolve(provider, given);
        var git = environment?.Git ?? new GitSettings();
        if (environment is not null && (repository ?? git.Repository) is null)
        {
            throw new RollbackException("RepositoryNotNamed", $"Environment '{environment.Name}' says no Git repository.")
            {
                Target = environment.Name,
                NextStep = "Add git: { repository: … } to it, or name the repository with -Repository.",
            };
        }

        // What the environment says of its repository says nothing of another.
        var itsOwn = repository is null || repository == git.Repository;
        return new GitPlace(
            environment?.Name ?? "git", repository ?? git.Repository ?? given.Directory, branch ?? (itsOwn ? git.Branch : null), itsOwn ? git.Overlay : null)
        {
            Application = itsOwn ? environment?.ArgoCd.Application : null,
            Environment = environment,
        };
    }

    /// <summary>What the command line and the environment say of Git, for an application that says the rest itself.</summary>
    public static GitOverrides Overrides(EnvironmentSettings? environment, string? repository, string? branch, string? overlay)
    {
        var git = environment?.Git ?? new GitSettings();
        var itsOwn = repository is null || repository == git.Repository;
        return new GitOverrides
        {
            Repository = repository ?? git.Repository,
            Branch = branch ?? (itsOwn ? git.Branch : null),
            Overlay = overlay ?? (itsOwn ? git.Overlay : null),
            Application = overlay is null ? environment?.ArgoCd.Application : null,
        };
    }

    public string OverlayOr(string? named) => named ?? Overlay ?? throw new RollbackException("OverlayNotNamed", "Nothing says which overlay is meant.")
    {
        NextStep = "Name its directory with -Overlay, from the repository's root, or as git: { overlay: … } of an environment.",
    };
}
