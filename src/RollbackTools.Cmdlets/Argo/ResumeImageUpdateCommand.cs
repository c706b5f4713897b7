using System.Management.Automation;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Lets Argo CD Image Updater promote tags again for applications, exactly as before Suspend-ImageUpdate.</summary>
[Cmdlet(VerbsLifecycle.Resume, "ImageUpdate", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class ResumeImageUpdateCommand : ApplicationRunCmdlet
{
    private protected override OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId) =>
        new ImageUpdateRequest { Applications = applications, Resume = true, Reason = Reason };
}
