using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Sets an image in an overlay, by one commit. If the image is neither what it was when planned nor what it should become, it is left alone.</summary>
public sealed record PinImage : PushCommit
{
    /// <summary>The overlay's directory, from the repository's root.</summary>
    public string Overlay { get; init; } = "";

    public ImagePin Pin { get; init; } = new();

    public string? Application { get; init; }

    /// <summary>What the image was when this was planned; null when no entry set it.</summary>
    public string? From { get; init; }

    public string To { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"PUSH {Remote} {PullRequestBranch ?? Branch}: {Overlay} image {From ?? "(none)"} → {To}";

    private protected override async Task<CommitDraft?> ComposeAsync(
        StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        var edits = await new OverlayFiles(repository, context.Estate.Kustomize, tip.Tip, Overlay).PinAsync(Pin, Application, cancellation);
        if (edits.All(edit => !edit.Edit.Changed)) return null;
        var now = edits[0].Edit.Before?.ToString();
        if (now != From && now != To)
        {
            throw new RollbackException("ChangedMeanwhile", $"{edits[0].Path} was changed since this was planned: it now sets {now ?? "no such image"}. Nothing was overwritten.")
            {
                Target = edits[0].Path,
                NextStep = "Run the same command again with -WhatIf to see what it would do now.",
            };
        }

        return Draft(tip.Tip, edits);
    }

    internal CommitDraft Draft(string parent, IReadOnlyList<FileEdit> edits) => new()
    {
        Parent = parent,
        Changes = edits.Where(edit => edit.Edit.Changed).ToDictionary(edit => edit.Path, edit => (ReadOnlyMemory<byte>?)edit.Edit.Content),
        Message = Message(),
    };

    private string Message()
    {
        var where = Overlay.Length == 0 ? "" : $"{Overlay[(Overlay.LastIndexOf('/') + 1)..]} ";
        var version = Pin.Digest is null ? Pin.Tag ?? To : Pin.Tag is null ? Pin.Digest : $"{Pin.Tag}@{Pin.Digest}";
        return $"rollback: {where}{Pin.Name[(Pin.Name.LastIndexOf('/') + 1)..]} to {version}\n\n"
            + $"{Overlay}: {From ?? "(none)"} -> {To}\n"
            + (Reason is null ? "" : $"Reason: {Reason}\n")
            + $"By: {RunEngine.Actor}";
    }
}
