using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Git;

/// <summary>Sets an image in a Kustomize overlay, by a commit that changes those characters and nothing else.</summary>
[Cmdlet(VerbsCommon.Set, "KustomizeImage", SupportsShouldProcess = true, DefaultParameterSetName = InGit)]
[OutputType(typeof(GitChange))]
public sealed class SetKustomizeImageCommand : GitCmdlet
{
    private const string InGit = "Git";
    private const string InFile = "File";

    /// <summary>The image by its name in the kustomization, or as it runs; with a tag or digest, that is what it is set to.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Image { get; set; } = "";

    /// <summary>The tag to pin. A digest that is there would win over it, so it goes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PinnedTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>sha256:…; the tag goes unless one is given too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Digest { get; set; }

    /// <summary>Another registry or repository for the image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    /// <summary>The directory with the kustomization, from the repository's root; else the environment's.</summary>
    [Parameter(ParameterSetName = InGit)]
    [ArgumentCompleter(typeof(OverlayCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Overlay { get; set; }

    /// <summary>The Argo CD application whose override counts; else the environment's, with its overlay.</summary>
    [Parameter(ParameterSetName = InGit)]
    [ArgumentCompleter(typeof(ApplicationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Application { get; set; }

    /// <summary>Push to this new branch, for a pull request, instead of the branch itself.</summary>
    [Parameter(ParameterSetName = InGit)]
    [ValidateNotNullOrEmpty]
    public string? PullRequestBranch { get; set; }

    /// <summary>A kustomization on this machine, changed in place, without Git.</summary>
    [Parameter(ParameterSetName = InFile, Mandatory = true)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Add an entry when there is none for the image.</summary>
    [Parameter]
    public SwitchParameter Add { get; set; }

    /// <summary>Why, for the commit and the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    protected override Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation) =>
        ForInputAsync(pipeline, Image, () => RunAsync(pipeline, Request(), cancellation));

    private KustomizeImageRequest Request() => Path is { } file
        ? new KustomizeImageRequest { File = Engine.ResolvePath(file), Pin = Pin(), Reason = Reason }
        : new KustomizeImageRequest
        {
            Repository = Place.Repository,
            Branch = Place.Branch,
            Overlay = Place.OverlayOr(Overlay),
            Pin = Pin(),
            Application = Application ?? (Overlay is null ? Place.Application : null),
            PullRequestBranch = PullRequestBranch,
            Reason = Reason,
        };

    private ImagePin Pin()
    {
        var image = ImageReference.Parse(Image);
        if (NewName is { } name && ImageReference.Parse(name) is { } other && (other.Tag ?? other.Digest) is not null)
            throw new FormatException($"'{name}' carries a tag or digest; -NewName takes the name alone, and -Tag or -Digest the version.");
        var said = Tag ?? Digest;
        var (tag, digest) = said is null ? (image.Tag, image.Digest) : (Tag, Digest);
        if (tag is not null) image.WithTag(tag);
        if (digest is not null) image.WithDigest(digest);
        if ((tag ?? digest ?? NewName) is null)
        {
            throw new RollbackException("NothingToSet", $"Nothing says what {Image} is to be set to.")
            {
                Target = Image,
                NextStep = "Name the version with -Tag or -Digest; Tab offers those that were pinned before.",
            };
        }

        // With the version said apart, a tag or digest in the image tells which of several entries is meant.
        return new ImagePin { Name = said is null ? image.Repository : Image, Tag = tag, Digest = digest, NewName = NewName, Add = IsOn(Add) };
    }
}
