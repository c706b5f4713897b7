using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;

namespace RollbackTools.Operations.Helm;

/// <summary>A release with its revisions, newest first. There is at least one.</summary>
internal sealed record HelmReleaseContent(string Namespace, string Name, IReadOnlyList<HelmRevisionContent> Revisions)
{
    /// <summary>What Helm takes for the current one, whatever its status.</summary>
    public HelmRevisionContent Last => Revisions[0];

    /// <summary>The newest that is deployed: what the next <c>helm upgrade</c> takes for what is there. Null when none is.</summary>
    public HelmRevisionContent? Deployed => Revisions.FirstOrDefault(revision => revision.Status == HelmStatus.Deployed);

    /// <summary>The number of <see cref="Deployed"/>, when later ones came and nothing of them reached the cluster; null when that is not so, or not known.</summary>
    public int? StillRunning { get; init; }

    public HelmDriver Driver => Last.Header.Name.Driver;

    public bool IsPending => HelmStatus.IsPending(Last.Status);

    public HelmRevisionContent? Find(int revision) => Revisions.FirstOrDefault(one => one.Number == revision);

    /// <summary>As people say it: <c>release/api</c>.</summary>
    public override string ToString() => $"release/{Name}";
}
