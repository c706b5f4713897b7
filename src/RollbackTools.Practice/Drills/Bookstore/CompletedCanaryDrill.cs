using System.Globalization;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Bookstore;

namespace RollbackTools.Practice.Drills.Bookstore;

/// <summary>
/// The bad version has gone through all steps, because what it does wrong is nothing that its analysis measures. Aborting is no way back
/// any more, and going back would go through all steps again; unless it is promoted past them.
/// </summary>
internal sealed class CompletedCanaryDrill : IDrill
{
    private const string Bad = BookstoreImages.Lost;

    public string Name => "bookstore/completed-canary";

    public string Summary => "A bad version has completed its canary. Taken back past the steps, in Git too, while customers wait for nothing but pods.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(BookstoreWorkloads.Selector, cancellation);

        drill.Screen.Heading($"Tomás merges: payments-gateway {Bad}");
        drill.Timeline.Mark("bad commit shipped", $"{BookstoreImages.Payments} {Bad}");
        var clone = await scene.CloneAsync(scene.Ops.Repository, cancellation);
        await BookstoreRepository.ShipAsync(
            clone, $"payments-gateway {Bad}", Bad, TimeProvider.System.GetUtcNow(), cancellation, BookstoreImages.Payments);
        await scene.UntilAsync($"payments-gateway {Bad} has completed its canary", () => CompletedAsync(drill, cancellation), cancellation);
        drill.Screen.Bad("The canary is through: its analysis counts server errors, and this version answers 404.");
        drill.Timeline.Mark("canary completed", "the analysis found nothing");
        await drill.NoticeTrafficAsync(BookstoreWorkloads.Canaries, cancellation);

        drill.Screen.Heading("Roll it back");
        await drill.TypeAsync($"Get-ArgoRollout {BookstoreImages.Payments} -Environment prod", cancellation);
        await scene.DoAsync("no abort", $"Stop-ArgoRollout {BookstoreImages.Payments} -Environment prod", RollbackOutcome.AlreadyThere, cancellation);
        var began = drill.Timeline.Now;
        var results = await drill.RollBackAsync(
            $"Undo-ArgoRollout {BookstoreImages.Payments} -FastTrack -Environment prod -Reason 'INC-2062 payments answer 404' -Confirm:$false", cancellation);
        DrillContext.Expect(results is [{ Outcome: RollbackOutcome.RolledBack }], $"The undo ended {string.Join(", ", results.Select(result => result.Outcome))}.");
        await drill.TestAsync("Test-RollbackHealth -Selector app -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync($":{Bad}", BookstoreWorkloads.Selector, cancellation);
        await CompareAsync(drill, began, cancellation);
        await scene.ProveItStaysAsync($":{Bad}", cancellation);
    }

    private static async Task<bool> CompletedAsync(DrillContext drill, CancellationToken cancellation)
    {
        var rollout = await drill.Cluster.GetAsync(drill.PathOf(BookstoreWorkloads.Payments), cancellation);
        var status = rollout["status"]!;
        return rollout["spec"]!.ToJsonString().Contains($":{Bad}", StringComparison.Ordinal) && (string?)status["phase"] == "Healthy"
            && (string?)status["observedGeneration"] == rollout["metadata"]!["generation"]!.ToString();
    }

    /// <summary>How long customers got errors from the first key to the last error, and how long the plugin's undo would have taken at least.</summary>
    private static async Task CompareAsync(DrillContext drill, TimeSpan began, CancellationToken cancellation)
    {
        var last = drill.Traffic.Since(began).Where(sample => !sample.Answered).Select(sample => sample.At).DefaultIfEmpty(began).Max();
        var ours = last - began;
        var rollout = await drill.Cluster.GetAsync(drill.PathOf(BookstoreWorkloads.Payments), cancellation);
        var steps = rollout["spec"]!["strategy"]!["canary"]!["steps"]!.AsArray();
        var pauses = steps.Select(step => (string?)step!["pause"]?["duration"]).OfType<string>().Select(GoDuration.ParseOrSeconds).ToList();
        var theirs = TimeSpan.FromTicks(pauses.Sum(pause => pause.Ticks));
        var here = theirs * (drill.Estate.GitOps!.Interval / TimeSpan.FromMinutes(1));
        drill.Screen.Heading("How long customers got errors");
        drill.Screen.Good($"Undo-ArgoRollout -FastTrack: {Seconds(ours)} from its first request to the last error, Git included.");
        drill.Screen.Line(
            $"kubectl argo rollouts undo: the {steps.Count} steps again, {theirs.TotalMinutes:0} minutes of pauses, {Seconds(here)} at this drill's pace, with the bad " +
            "version in part of the traffic; then Argo CD would have brought it back, because Git still has it.");
        DrillContext.Expect(ours < here, $"Customers got errors for {Seconds(ours)}, no shorter than through all steps.");
        drill.Timeline.Mark("last error", $"{Seconds(ours)} after the undo began; through the steps at least {Seconds(here)}");
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");
}
