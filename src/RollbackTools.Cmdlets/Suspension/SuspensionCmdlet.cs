using System.Management.Automation;
using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Suspension;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Suspension;

/// <summary>The base of the two cmdlets that stop workloads and let them run again.</summary>
public abstract class SuspensionCmdlet : WorkloadRunCmdlet
{
    /// <summary>Names of CronJobs; -Selector finds those with the labels, too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? CronJob { get; set; }

    private protected override bool NamesOthers => CronJob is { Length: > 0 };

    private protected abstract bool Resume { get; }

    private protected override OperationRequest Request(IReadOnlyList<WorkloadReference> workloads, Connection connection) => new SuspensionRequest
    {
        Resume = Resume,
        Workloads = workloads,
        CronJobs = CronJob ?? [],
        LabelSelector = Selector,
        Namespace = Given.Namespace,
        ApplicationNamespace = connection.Environment?.ArgoCd.Namespace ?? ApplicationName.DefaultNamespace,
        Git = GitPlace.Overrides(connection.Environment, null, null, null),
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
    };
}
