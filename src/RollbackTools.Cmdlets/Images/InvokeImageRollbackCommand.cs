using System.Management.Automation;
using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Images;

/// <summary>Takes workloads back to known-good, or to the version named, proves it and leaves a record.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ImageRollback", SupportsShouldProcess = true, DefaultParameterSetName = "KnownGood")]
[OutputType(typeof(RollbackResult))]
public sealed class InvokeImageRollbackCommand : EstateCmdlet
{
    private readonly RollbackTargets targets = new();

    /// <summary>A name, kind/name, or another command's object. A revision of Get-ImageHistory means: to exactly that one.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>For a name that several kinds share.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Kind]
    public WorkloadKind? Kind { get; set; }

    /// <summary>Every workload with these labels, instead of names.</summary>
    [Parameter]
    [Alias("LabelSelector", "l")]
    [ValidateNotNullOrEmpty]
    public string? Selector { get; set; }

    /// <summary>A revision number from Get-ImageHistory; brings back the whole pod template of that revision.</summary>
    [Parameter(ParameterSetName = "Revision", Mandatory = true)]
    [ArgumentCompleter(typeof(RevisionCompleter))]
    [ValidateRange(1, long.MaxValue)]
    public long ToRevision { get; set; }

    /// <summary>A full image reference. Only the image changes, as for -ToTag and -ToDigest.</summary>
    [Parameter(ParameterSetName = "Image", Mandatory = true)]
    [ArgumentCompleter(typeof(FormerImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToImage { get; set; }

    /// <summary>A tag of the image that runs now.</summary>
    [Parameter(ParameterSetName = "Tag", Mandatory = true)]
    [ArgumentCompleter(typeof(FormerTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToTag { get; set; }

    /// <summary>sha256:… of the image that runs now.</summary>
    [Parameter(ParameterSetName = "Digest", Mandatory = true)]
    [ArgumentCompleter(typeof(FormerDigestCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToDigest { get; set; }

    /// <summary>Which container's image, when the pods have several.</summary>
    [Parameter(ParameterSetName = "Image")]
    [Parameter(ParameterSetName = "Tag")]
    [Parameter(ParameterSetName = "Digest")]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Container { get; set; }

    /// <summary>Why, for the record and the change cause.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long a workload may take to become healthy: 10m unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Workloads changed and watched at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Return once the change is made, without proof.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Resume a paused Deployment as part of the rollback; it stays resumed.</summary>
    [Parameter]
    public SwitchParameter ResumePaused { get; set; }

    /// <summary>With -Selector: also workloads that are proven to run well, which are otherwise left alone.</summary>
    [Parameter]
    public SwitchParameter IncludeHealthy { get; set; }

    /// <summary>Which way: Auto does the whole job for what Argo CD deploys, and works in the cluster alone otherwise.</summary>
    [Parameter]
    public RollbackVia Via { get; set; }

    /// <summary>How the bad version leaves Git: the image is pinned to the good one, or the commits that brought it are reverted.</summary>
    [Parameter]
    public GitRemedy GitChange { get; set; }

    /// <summary>The repository, a URL or a working copy; else the environment's, else the one the application says.</summary>
    [Parameter]
    [Alias("Repo")]
    [ValidateNotNullOrEmpty]
    public string? Repository { get; set; }

    /// <summary>The branch; else the environment's, else the application's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>The directory with the kustomization; else the environment's, else the application's.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(OverlayCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Overlay { get; set; }

    /// <summary>Push to this new branch, for a pull request, instead of the branch itself.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PullRequestBranch { get; set; }

    /// <summary>End a sync that a person started, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>Only collects: all of them go at once, at the end.</summary>
    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name ?? []) targets.Add(identity, NamespaceChoice.Apply(identity, Kind, Namespace, Given));
    });

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        RequireTargets.Check("Invoke-ImageRollback", targets.Any, Selector);
        var rollbacks = (Selector is null ? targets.Group(Goal()?.Checked(), Reason) : [(null, [])])
            .Select(group => (Connection: Connect(pipeline, group.Estate), group.Wishes))
            .Select(one => (one.Connection.Estate, Request: Request(Goal()?.Checked(), one.Wishes, one.Connection.Environment))).ToList();
        return Results.WriteAsync(pipeline, Results.Together(
            [.. rollbacks.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Estate, Services.Runs, pipeline, Services.Time).RunAsync(one.Request, token)))],
            cancellation));
    }

    private RollbackGoal? Goal() => Engine.ParameterSetName switch
    {
        "Revision" => new RollbackGoal { Revision = ToRevision },
        "Image" => new RollbackGoal { Image = ToImage, Container = Container },
        "Tag" => new RollbackGoal { Tag = ToTag, Container = Container },
        "Digest" => new RollbackGoal { Digest = ToDigest, Container = Container },
        _ => null,
    };

    private ImageRollbackRequest Request(RollbackGoal? goal, IReadOnlyList<WorkloadWish> wishes, EnvironmentSettings? environment) => new()
    {
        Workloads = [.. wishes.Select(wish => wish.Workload)],
        Wishes = [.. wishes.Where(wish => wish.AsksForSomething)],
        LabelSelector = Selector,
        Namespace = Given.Namespace,
        Goal = goal ?? RollbackGoal.KnownGood,
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
        ResumePaused = IsOn(ResumePaused),
        IncludeHealthy = IsOn(IncludeHealthy),
        Via = Via,
        GitChange = GitChange,
        Git = GitPlace.Overrides(environment, Repository is { } given && RepositoryName.IsPath(given) ? Engine.ResolvePath(given) : Repository, Branch, Overlay) with
        {
            PullRequestBranch = PullRequestBranch,
        },
        ApplicationNamespace = environment?.ArgoCd.Namespace ?? ApplicationName.DefaultNamespace,
        Preempt = IsOn(Preempt),
    };
}
