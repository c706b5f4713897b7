using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Drills.GitOps;

/// <summary>What a drill sees and does where production is what Git says.</summary>
internal sealed class GitOpsScene : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, GitClone> clones = [];
    private string policy = "";

    public GitOpsScene(DrillContext drill) => (Drill, Ops) = (drill, drill.Estate.GitOps
        ?? throw new DrillFailedException($"The estate {drill.Estate.Name} has no Argo CD."));

    public DrillContext Drill { get; }

    public DrillGitOps Ops { get; }

    /// <summary>Customers are served, and Argo CD finds everything as Git has it; remembers the sync policy.</summary>
    public async Task ShowHealthyAsync(string selector, CancellationToken cancellation)
    {
        await Drill.ShowHealthyAsync(selector, cancellation);
        await ShowAsync(cancellation);
        policy = await PolicyAsync(cancellation);
    }

    /// <summary>What Argo CD says of its applications, and the last commits that it deploys from.</summary>
    public async Task ShowAsync(CancellationToken cancellation)
    {
        Drill.Screen.Dim($"kubectl get applications -n {Ops.Namespace} would say:");
        Drill.Screen.Line(await Drill.Cluster.TableAsync(Applications, cancellation) + "\n");
        Drill.Screen.Dim($"git log --oneline in {Name(Ops.Repository)} would say:");
        foreach (var (_, line) in await (await CloneAsync(Ops.Repository, cancellation)).LogAsync("main", 4, cancellation)) Drill.Screen.Line(line);
    }

    /// <summary>Somebody's clone of a repository.</summary>
    public async Task<GitClone> CloneAsync(Uri repository, CancellationToken cancellation)
    {
        if (!clones.TryGetValue(repository.AbsoluteUri, out var clone))
            clones[repository.AbsoluteUri] = clone = await GitClone.OpenAsync(repository.AbsoluteUri, cancellation);
        return clone;
    }

    /// <summary>The newest commit of the repository that production comes from.</summary>
    public async Task<string> TipAsync(CancellationToken cancellation) =>
        (await (await CloneAsync(Ops.Repository, cancellation)).LogAsync("main", 1, cancellation))[0].Commit;

    /// <summary>The commits that came after one, newest first, as a list for the command line: a release may be promoted in several.</summary>
    public async Task<string> CommitsSinceAsync(string commit, CancellationToken cancellation)
    {
        const int most = 20;
        var log = await (await CloneAsync(Ops.Repository, cancellation)).LogAsync("main", most, cancellation);
        return string.Join(',', log.Select(one => one.Commit).TakeWhile(one => !commit.StartsWith(one, StringComparison.Ordinal) && !one.StartsWith(commit, StringComparison.Ordinal)));
    }

    /// <summary>Waits until a workload's template names this image.</summary>
    public Task DeployedAsync(string workload, string image, CancellationToken cancellation) => UntilAsync(
        $"{workload} runs {image}", async () => (await Drill.ImageOfAsync(workload, cancellation)).EndsWith(image, StringComparison.Ordinal), cancellation);

    /// <summary>Types a line that changes something; marks it, and fails the drill unless everything it did ended so.</summary>
    public async Task<CommandOutput> DoAsync(string mark, string line, RollbackOutcome expected, CancellationToken cancellation)
    {
        var output = await Drill.TypeAsync(line, cancellation);
        var error = output.Failure ?? output.Errors.FirstOrDefault();
        DrillContext.Expect(error is null, $"'{line}' failed: {error?.Message}");
        var outcomes = output.Of<RollbackResult>().Select(result => result.Outcome).ToList();
        DrillContext.Expect(outcomes.Count > 0 && outcomes.TrueForAll(one => one == expected), $"'{line}' ended {string.Join(", ", outcomes)}.");
        Drill.Timeline.Mark(mark, line.Split(" -")[0]);
        return output;
    }

    /// <summary>
    /// The proof that counts here: for several rounds of everything that acts by itself, no pod of the bad version is ever seen,
    /// customers are served, Argo CD finds everything as Git has it, and its policy is again exactly what it was.
    /// </summary>
    /// <param name="mark">What in a pod's spec marks the bad version.</param>
    /// <param name="cancellation">Stops the drill.</param>
    public async Task ProveItStaysAsync(string mark, CancellationToken cancellation)
    {
        const int rounds = 3;
        Drill.Screen.Heading("It stays so");
        await UntilAsync($"{Ops.Application} is Synced and Healthy", async () => Status(await ApplicationAsync(cancellation)) == ("Synced", "Healthy"), cancellation);
        var from = Drill.Timeline.Now;
        var pods = await WatchAsync(null, rounds, pod =>
        {
            if (DrillContext.Runs(pod, mark)) throw new DrillFailedException($"{mark} came back: {pod["metadata"]!["name"]} runs it.");
        }, cancellation);
        var samples = Drill.Traffic.Since(from);
        var failed = samples.Count(sample => !sample.Answered);
        DrillContext.Expect(failed == 0, $"{failed} of {samples.Count} customers' requests failed while nothing was to happen any more.");
        await ShowAsync(cancellation);
        DrillContext.Expect(Status(await ApplicationAsync(cancellation)) == ("Synced", "Healthy"), $"{Ops.Application} did not stay Synced and Healthy.");
        var now = await PolicyAsync(cancellation);
        DrillContext.Expect(now == policy, $"The sync policy was {policy}, and is {now}.");
        Drill.Screen.Good($"For {rounds} rounds of whatever acts by itself: {pods} pods seen, none of {mark}; {samples.Count} of {samples.Count} requests answered.");
        Drill.Screen.Good($"Argo CD's sync policy is what it was: {policy}");
        Drill.Timeline.Mark("still so", $"{rounds} rounds later, policy as before");
    }

    /// <summary>Looks at every pod there is, and at every one that comes within so many rounds of whatever acts by itself; says how many.</summary>
    public async Task<int> WatchAsync(string? selector, int rounds, Action<JsonObject> look, CancellationToken cancellation)
    {
        HashSet<string> seen = [];
        var pods = $"/api/v1/namespaces/{Drill.Estate.Namespace}/pods?labelSelector={Uri.EscapeDataString(selector ?? "")}";
        var list = await Drill.Cluster.GetAsync(pods, cancellation);
        foreach (var pod in list["items"]!.AsArray()) See(pod!.AsObject());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Ops.Interval * rounds);
        try
        {
            await foreach (var change in Drill.Cluster.WatchAsync(pods, (string)list["metadata"]!["resourceVersion"]!, limit.Token))
                if ((string?)change["type"] is "ADDED" or "MODIFIED") See(change["object"]!.AsObject());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It was watched for as long as it was to be.
        }

        return seen.Count;

        void See(JsonObject pod)
        {
            seen.Add((string)pod["metadata"]!["name"]!);
            look(pod);
        }
    }

    public void Dispose()
    {
        foreach (var clone in clones.Values) clone.Dispose();
    }

    /// <summary>Waits until it is so; fails the drill when it never is.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> so, CancellationToken cancellation)
    {
        var from = Drill.Timeline.Now;
        while (!await so())
        {
            if (Drill.Timeline.Now - from > Patience) throw new DrillFailedException($"It never came to this: {what}.");
            await Task.Delay(Poll, cancellation);
        }
    }

    private string Applications => $"/apis/argoproj.io/v1alpha1/namespaces/{Ops.Namespace}/applications";

    private Task<JsonObject> ApplicationAsync(CancellationToken cancellation) => Drill.Cluster.GetAsync($"{Applications}/{Ops.Application}", cancellation);

    private async Task<string> PolicyAsync(CancellationToken cancellation) =>
        (await ApplicationAsync(cancellation))["spec"]!["syncPolicy"]?.ToJsonString() ?? "none";

    private static (string? Sync, string? Health) Status(JsonObject application) =>
        ((string?)application["status"]?["sync"]?["status"], (string?)application["status"]?["health"]?["status"]);

    private static string Name(Uri repository) => repository.AbsolutePath.Trim('/')[..^4];
}
