using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Sets several images in an overlay by one commit. One that is neither what it was when planned nor what it should become is left alone, and with it all.</summary>
public sealed record PinImages : PushCommit
{
    /// <summary>The overlay's directory, from the repository's root.</summary>
    public string Overlay { get; init; } = "";

    public IReadOnlyList<ImagePin> Pins { get; init; } = [];

    /// <summary>Whose Argo CD override counts.</summary>
    public string? Application { get; init; }

    /// <summary>What each image was when this was planned; null when no entry set it.</summary>
    public IReadOnlyList<string?> From { get; init; } = [];

    [JsonIgnore]
    public override string Description =>
        $"PUSH {Remote} {PullRequestBranch ?? Branch}: {Overlay} {string.Join(", ", Pins.Zip(From, (pin, from) => $"image {from ?? "(none)"} → {pin}"))}";

    private protected override async Task<CommitDraft?> ComposeAsync(
        StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        OverlayFiles files = new(repository, context.Estate.Kustomize, tip.Tip, Overlay);
        var all = await files.PinAllAsync(Pins, Application, cancellation);
        if (all.All(edits => edits.All(edit => !edit.Edit.Changed))) return null;
        foreach (var (edits, from) in all.Zip(From))
        {
            var now = edits[0].Edit.Before?.ToString();
            if (now == from || now == edits[0].Edit.After.ToString()) continue;
            throw new RollbackException("ChangedMeanwhile", $"{edits[0].Path} was changed since this was planned: it now sets {now ?? "no such image"}. Nothing was overwritten.")
            {
                Target = edits[0].Path,
                NextStep = "Run the same command again with -WhatIf to see what it would do now.",
            };
        }

        return new CommitDraft
        {
            Parent = tip.Tip,
            Changes = files.Written.ToDictionary(file => file.Key, file => (ReadOnlyMemory<byte>?)file.Value),
            Message = Message(),
        };
    }

    private string Message()
    {
        var where = Overlay.Length == 0 ? "" : $"{Overlay[(Overlay.LastIndexOf('/') + 1)..]} ";
        var what = Pins.Count == 1 ? $"{Short(Pins[0].Name)} to {Pins[0].Tag ?? Pins[0].Digest ?? Pins[0].ToString()}" : $"{Pins.Count} images";
        return $"rollback: {where}{what}\n\n"
            + string.Concat(Pins.Zip(From, (pin, from) => $"{Overlay}: {from ?? "(none)"} -> {pin}\n"))
            + (Reason is null ? "" : $"Reason: {Reason}\n")
            + $"By: {RunEngine.Actor}";
    }

    private static string Short(string image) => image[(image.LastIndexOf('/') + 1)..];
}
