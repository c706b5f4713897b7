using System.Management.Automation;
using System.Runtime.CompilerServices;
using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Releases;

/// <summary>Takes everything of an overlay back to an earlier release, as one run, and back again if that release does not work.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ReleaseRollback", SupportsShouldProcess = true, DefaultParameterSetName = "Previous")]
[OutputType(typeof(RollbackResult))]
public sealed class InvokeReleaseRollbackCommand : EstateCmdlet
{
    /// <summary>The Argo CD application; else the environment's. Without any, the images go back in the cluster alone.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ApplicationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Application { get; set; }

    /// <summary>In the cluster alone, though there is an application.</summary>
    [Parameter]
    public SwitchParameter ClusterOnly { get; set; }

    /// <summary>The repository; else the environment's, else the one the application says.</summary>
    [Parameter]
    [Alias("Repo")]
    [ValidateNotNullOrEmpty]
    public string? Repository { get; set; }

    /// <summary>The branch; else the environment's, else the application's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>The overlay's directory; else the environment's, else the application's path.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(OverlayCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Overlay { get; set; }

    /// <summary>Which tags are releases; * stands for anything.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string TagPattern { get; set; } = "release/v*";

    /// <summary>To this release.</summary>
    [Parameter(ParameterSetName = "Tag", Mandatory = true)]
    [ArgumentCompleter(typeof(ReleaseTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToTag { get; set; }

    /// <summary>To the overlay as it was at this commit; ~1 is the one before the branch's newest.</summary>
    [Parameter(ParameterSetName = "Commit", Mandatory = true)]
    [ArgumentCompleter(typeof(CommitCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToCommit { get; set; }

    /// <summary>In the cluster alone: workloads in the order in which they go; the others follow.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Order { get; set; }

    /// <summary>Take all of it back when the release does not become healthy, which is the default; -Compensate:$false leaves it.</summary>
    [Parameter]
    public SwitchParameter Compensate { get; set; } = true;

    /// <summary>Delete what that release does not have, also when the application's sync policy does not.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>End a sync that a person started, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>Push to this new branch, for a pull request, instead of the branch itself.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PullRequestBranch { get; set; }

    /// <summary>Why, for the commit and the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long the sync may take, and then the application to become healthy: 10m each unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    private bool Compensates => !Engine.IsBound(nameof(Compensate)) || IsOn(Compensate);

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation) =>
        Results.WriteAsync(pipeline, RunAsync(pipeline, Connect(pipeline), cancellation));

    // A release is whole or not at all: what did go back goes forward again when the rest does not work. Errors are written after that, so
    // that a session that stops at the first one does not stop half-way.
    private async IAsyncEnumerable<RollbackResult> RunAsync(CommandPipeline pipeline, Connection connection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        RollbackResult? failed = null;
        await foreach (var result in new OperationRunner(connection.Estate, Services.Runs, pipeline, Services.Time).RunAsync(Request(connection), cancellation))
        {
            if (result is { Outcome: RollbackOutcome.Failed, RunId.Length: > 0 }) failed ??= result;
            yield return result;
        }

        if (failed is null || !Compensates || Services.Runs.Read(failed.RunId).Steps.All(step => step.Event != nameof(RunEvent.Intent))) yield break;
        pipeline.Warning($"{failed.To} does not work, so all of run {failed.RunId} is taken back (-Compensate:$false leaves it).");
        await foreach (var result in new RunRecovery(Services.Provider, Services.Runs, pipeline, Services.Time).UndoAsync(failed.RunId, cancellation)) yield return result;
    }

    private ReleaseRollbackRequest Request(Connection connection)
    {
        var environment = connection.Environment;
        var named = Application ?? environment?.ArgoCd.Application;
        return new ReleaseRollbackRequest
        {
            Application = IsOn(ClusterOnly) || named is null ? null : ApplicationName.Parse(named, environment?.ArgoCd.Namespace),
            Git = GitPlace.Overrides(environment, Repository is { } given && RepositoryName.IsPath(given) ? Engine.ResolvePath(given) : Repository, Branch, Overlay) with
            {
                PullRequestBranch = PullRequestBranch,
            },
            TagPattern = TagPattern,
            ToTag = ToTag,
            ToCommit = ToCommit,
            Order = Order ?? [],
            Namespace = Given.Namespace,
            Prune = IsOn(Prune),
            Preempt = IsOn(Preempt),
            Reason = Reason,
            Timeout = Timeout,
        };
    }
}
