using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>Pushes each ref only from the value it was seen to have, and reads git's report for machines.</summary>
internal sealed class Pusher(GitProgram git, string url)
{
    private static readonly string[] SomebodyWasFaster =
        ["stale info", "fetch first", "non-fast-forward", "cannot lock ref", "incorrect old value", "already exists", "but expected", "failed to update ref"];

    public async Task<PushOutcome> PushAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(updates, cancellation).ConfigureAwait(false);
        }
        catch (EstateException unsupported) when (updates.Count > 1 && unsupported.Message.Contains("--atomic", StringComparison.Ordinal))
        {
            // The branch first: a tag without its commit on the branch would be the worse half.
            PushOutcome? outcome = null;
            foreach (var update in updates)
            {
                outcome = await RunAsync([update], cancellation).ConfigureAwait(false);
                if (outcome.Result != PushResult.Pushed) break;
            }

            return outcome!;
        }
    }

    private async Task<PushOutcome> RunAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation)
    {
        GitCall call = new([
            "push", "--porcelain", "--no-progress", .. updates.Count > 1 ? (string[])["--atomic"] : [],
            .. updates.Select(update => $"--force-with-lease={update.Ref}:{update.Expected}"),
            GitCache.Remote, .. updates.Select(update => $"{GitNames.Id(update.Id)}:{update.Ref}")])
        {
            Timeout = GitCall.Network,
            Answers = [1],
            What = $"git push {url}",
        };
        var answer = await git.RunAsync(call, cancellation).ConfigureAwait(false);
        var messages = GitFailure.RemoteLines(answer.Errors);
        var refused = answer.Lines.Where(line => line.StartsWith('!')).Select(Reason).ToList();
        if (answer.ExitCode == 0 && refused.Count == 0) return new PushOutcome(PushResult.Pushed, "", messages);
        if (refused.Count == 0) throw GitFailure.Of(call.What, answer.Errors);
        // With --atomic the innocent refs are refused too, and say so.
        var reason = refused.Find(text => !text.Contains("atomic", StringComparison.OrdinalIgnoreCase)) ?? refused[0];
        var overtaken = SomebodyWasFaster.Any(words => reason.Contains(words, StringComparison.OrdinalIgnoreCase));
        return new PushOutcome(overtaken ? PushResult.Overtaken : PushResult.Rejected, reason, messages);
    }

    // "!\t<from>:<to>\t[remote rejected] (pre-receive hook declined)"
    private static string Reason(string line)
    {
        var summary = GitText.Printable(line.Split('\t')[^1]);
        var open = summary.IndexOf('(', StringComparison.Ordinal);
        return open < 0 ? summary : summary[(open + 1)..].TrimEnd(')', ' ');
    }
}
