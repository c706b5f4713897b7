using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>A request to set an image where Git keeps it, or in one file on this machine.</summary>
public sealed record KustomizeImageRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "KustomizeImage";

    [JsonIgnore]
    public override string Noun => "image pin";

    /// <summary>A URL, or a working copy's path.</summary>
    public string Repository { get; init; } = "";

    /// <summary>Null: the remote's default branch.</summary>
    public string? Branch { get; init; }

    /// <summary>The directory with the kustomization, from the repository's root.</summary>
    public string Overlay { get; init; } = "";

    /// <summary>A file on this machine, instead of a repository.</summary>
    public string? File { get; init; }

    public ImagePin Pin { get; init; } = new();

    /// <summary>Whose Argo CD override counts, when there are several.</summary>
    public string? Application { get; init; }

    public string? PullRequestBranch { get; init; }

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) =>
        File is null ? new KustomizeImage(this, estate) : new KustomizeImageFile(this, estate);
}
