using System.Management.Automation;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Keeps Argo CD Image Updater from promoting a bad tag, or any tag, for applications, and remembers what was there.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "ImageUpdate", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RollbackResult))]
public sealed class SuspendImageUpdateCommand : ApplicationRunCmdlet
{
    /// <summary>Only these tags, each exactly; without it, every tag.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ApplicationTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Tag { get; set; }

    /// <summary>Only for these images, by repository; without it, for all images of the application.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ApplicationImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Image { get; set; }

    private protected override OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId)
    {
        if (Tag?.FirstOrDefault(tag => tag.Length > 128 || tag.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ',')) is { } wrong)
            throw new RollbackException("InvalidImage", $"'{wrong}' is not an image tag.") { Target = wrong };
        return new ImageUpdateRequest { Applications = applications, Tags = Tag ?? [], Images = [.. (Image ?? []).Select(image => ImageReference.Parse(image).Repository)], Reason = Reason };
    }
}
