using System.Management.Automation;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Switches automated sync of Argo CD applications off and remembers it, on, or back to exactly what it was.</summary>
[Cmdlet(VerbsCommon.Set, "ArgoSyncPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class SetArgoSyncPolicyCommand : ApplicationRunCmdlet
{
    /// <summary>None pauses and remembers; Automated switches on; Exact restores what was remembered.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    public SyncPolicyChoice Policy { get; set; }

    /// <summary>With Automated: delete what Git no longer holds.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>With Automated: undo changes made in the cluster.</summary>
    [Parameter]
    public SwitchParameter SelfHeal { get; set; }

    /// <summary>With Automated: also when that would delete everything.</summary>
    [Parameter]
    public SwitchParameter AllowEmpty { get; set; }

    /// <summary>Switch on although Git still holds a version that was rolled away from, which is then deployed again.</summary>
    [Parameter]
    public SwitchParameter AllowBadRevision { get; set; }

    private protected override OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId)
    {
        if (Policy != SyncPolicyChoice.Automated && (IsOn(Prune) || IsOn(SelfHeal) || IsOn(AllowEmpty)))
            throw new RollbackException("PolicyNotAutomated", $"-Prune, -SelfHeal and -AllowEmpty are parts of an automated policy; -Policy says {Policy}.") { NextStep = "Add -Policy Automated, or leave them out." };
        return new SyncPolicyRequest
        {
            Applications = applications,
            Policy = Policy,
            Prune = IsOn(Prune),
            SelfHeal = IsOn(SelfHeal),
            AllowEmpty = IsOn(AllowEmpty),
            AllowBadRevision = IsOn(AllowBadRevision),
            Reason = Reason,
        };
    }
}
