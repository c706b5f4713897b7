using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>What Git holds for an application, as Argo CD last compared it.</summary>
internal static class GitState
{
    /// <summary>Null until it was compared.</summary>
    public static ApplicationVersion? Of(ArgoApplication application) => application.ComparedRevisions.Count == 0 ? null : new ApplicationVersion
    {
        Sources = application.Sources,
        Revisions = application.ComparedRevisions,
        MultiSource = application.MultiSource,
    };

    /// <summary>Throws GitStillBad when Git holds a version that was rolled away from: syncing would bring it back.</summary>
    public static void MustNotBeBad(ArgoApplication application, string anyway)
    {
        if (Of(application) is not { } held || !VersionMarks.IsBad(application, held, 0)) return;
        throw new RollbackException("GitStillBad",
            $"Git still holds {held.Describe()} for {application} in {application.Metadata.Namespace}, which was rolled away from: it would be deployed again at once ({anyway} does that). Nothing was changed.")
        {
            Target = $"{application} in {application.Metadata.Namespace}",
            NextStep = BackInGit.Commands(application) ?? "Take it out of Git first, all of its images, with Undo-GitCommit or Set-KustomizeImage.",
        };
    }
}
