using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;

namespace RollbackTools.Practice.Estates.GitOps;

/// <summary>
/// An estate whose production is what its repository says: real Git, Argo CD that applies it, and a past that Argo CD lived through,
/// commit by commit. Needs git on this machine.
/// </summary>
public abstract class GitOpsEstate : Estate
{
    protected const string ArgoNamespace = "argocd";

    // Long enough for the slowest rollout of a release, and short: Argo CD looks at Git again and again all the while.
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(10);

    // A machine that is busy with other things gets less done in the same time.
    private const int Rounds = 6;

    // Twice as often as by default, as people set it who wait for it.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected GitOpsEstate()
    {
        Git = new GitPlatform(new GitHostOptions(), FillAsync);
        Argo = new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => Git.Host), Reconcile = Period });
    }

    /// <summary>The Git server; its repositories are there once the cluster has started.</summary>
    public GitPlatform Git { get; }

    public GitOpsPlatform Argo { get; }

    /// <summary>The Application that is production.</summary>
    public abstract string Application { get; }

    /// <summary>The repository production comes from, as it is named on the Git server.</summary>
    public abstract string Repository { get; }

    /// <summary>The directory with production's kustomization.</summary>
    public abstract string Overlay { get; }

    /// <summary>Somewhat before the repository's first commit.</summary>
    public override TimeSpan Age => TimeSpan.FromDays(22);

    // The Git server last: whoever reads from it ends before it does.
    public override IReadOnlyList<IClusterAddOn> AddOns() => [Argo, .. Automation(), Git];

    public sealed override async Task LiveAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {ArgoNamespace} }} }}");
        await PrepareAsync(past, cancellation);
        var repository = Git.Host.Find(Repository)!;
        var deployed = false;
        foreach (var (commit, date) in await repository.MainlineAsync("main", cancellation))
        {
            await past.PassAsync(date - past.Now, cancellation);
            await repository.ForceAsync("main", commit, cancellation);
            if (!deployed) past.Operator.Apply(Applications(repository.HttpUrl.AbsoluteUri, past.Now));
            deployed = true;
            for (var round = 0; round == 0 || (round < Rounds && !Deployed(past, commit)); round++) await past.UnfoldAsync(Quickly, cancellation);
        }

        await past.PassAsync(Age, cancellation);
        Begin();
    }

    /// <summary>What else acts by itself, such as Image Updater.</summary>
    protected virtual IEnumerable<IClusterAddOn> Automation() => [];

    /// <summary>Makes the repositories.</summary>
    protected abstract Task FillAsync(GitHost host, CancellationToken cancellation);

    /// <summary>Applies what Git does not hold: namespaces, Secrets.</summary>
    protected abstract Task PrepareAsync(EstatePast past, CancellationToken cancellation);

    /// <summary>The manifests by which Argo CD is told what to deploy.</summary>
    /// <param name="url">The repository's.</param>
    /// <param name="now">Sync windows go by the time of the day.</param>
    protected abstract string Applications(string url, DateTimeOffset now);

    /// <summary>Whether a commit of the past has come all the way to production, where that may take longer than a Deployment's rollout.</summary>
    protected virtual bool Deployed(EstatePast past, string commit) => true;

    /// <summary>The past is over: what acts by itself may begin.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Nobody deploys for two hours of the day, eight hours from now; only a person may, by hand.</summary>
    protected static string QuietHours(DateTimeOffset now, string application) =>
        $"{{ kind: deny, schedule: '{now.Minute} {now.AddHours(8).Hour} * * *', duration: 2h, applications: ['{application}'], manualSync: true }}";
}
