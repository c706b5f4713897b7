using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>
/// Gives an overlay, with the bases and components it is rendered from, exactly the content it had at a commit, by one commit on top: every
/// byte, files that came since removed. If somebody changed any of it since this was planned, all of it is left alone.
/// </summary>
public sealed record ReturnOverlay : PushCommit
{
    /// <summary>The overlay's directory, from the repository's root.</summary>
    public string Overlay { get; init; } = "";

    /// <summary>The commit whose content comes back.</summary>
    public string To { get; init; } = "";

    /// <summary>As people name it: a release's tag, or the commit's short id.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it was rendered from when this was planned.</summary>
    public string FromContent { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"PUSH {Remote} {PullRequestBranch ?? Branch}: {Overlay} as it was at {Name}";

    private protected override async Task<CommitDraft?> ComposeAsync(
        StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        var now = await RenderedTree.ReadAsync(repository, context.Estate.Kustomize, tip.Tip, Overlay, cancellation);
        var then = await RenderedTree.ReadAsync(repository, context.Estate.Kustomize, To, Overlay, cancellation);
        if (now.Content == then.Content) return null;
        if (now.Content != FromContent)
        {
            throw new RollbackException("ChangedMeanwhile", $"{Overlay} on {tip.Name} was changed since this was planned. Nothing was overwritten.")
            {
                Target = Overlay,
                NextStep = $"See by whom (git log -- {Overlay}), and run the same command again.",
            };
        }

        Dictionary<string, ReadOnlyMemory<byte>?> changes = [];
        foreach (var (path, _, old) in Differences(now, then)) changes[path] = old is null ? null : (await repository.ReadFileAsync(To, path, cancellation))!.Content;
        return new CommitDraft { Parent = tip.Tip, Changes = changes, Message = Message(changes.Keys) };
    }

    /// <summary>
    /// What changes on the way, by path. A directory that is not rendered from any more stays: others may be. One that was not rendered from until
    /// now may be there, as it was or not.
    /// </summary>
    internal static IEnumerable<(string Path, string? Now, string? Then)> Differences(RenderedTree now, RenderedTree then) =>
        now.Files.Keys.Where(then.Covers).Union(then.Files.Keys).Order(StringComparer.Ordinal)
            .Select(path => (path, now.Files.GetValueOrDefault(path), then.Files.GetValueOrDefault(path))).Where(file => file.Item2 != file.Item3);

    /// <summary>Whether a commit is a return of this overlay.</summary>
    internal static bool IsIn(GitCommit commit, string overlay) => commit.Body.Contains($"{overlay} is as it was at ", StringComparison.Ordinal);

    private string Message(IEnumerable<string> paths) =>
        $"rollback: {Overlay[(Overlay.LastIndexOf('/') + 1)..]} to {Name}\n\n{Overlay} is as it was at {To}:\n"
        + string.Concat(paths.Order(StringComparer.Ordinal).Take(20).Select(path => $"- {path}\n"))
        + (Reason is null ? "" : $"Reason: {Reason}\n") + $"By: {RunEngine.Actor}";
}
