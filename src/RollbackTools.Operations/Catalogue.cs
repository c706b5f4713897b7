using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Helm.Repair;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Restart;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Suspension;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Restoring;

namespace RollbackTools.Operations;

/// <summary>
/// Every kind of step and request, by its name in journals. A new one is added to its list here and to <see cref="CatalogueJson"/>; a name
/// that was ever released stays, because journals have it.
/// </summary>
public static class Catalogue
{
    private static readonly Dictionary<string, Type> Steps = new()
    {
        ["ChangeHelmObjects"] = typeof(ChangeHelmObjects),
        ["CloseHelmRevision"] = typeof(CloseHelmRevision),
        ["DeleteLeftover"] = typeof(DeleteLeftover),
        ["FollowGit"] = typeof(FollowGit),
        ["MarkRelease"] = typeof(MarkRelease),
        ["MarkVersions"] = typeof(MarkVersions),
        ["OpenHelmRevision"] = typeof(OpenHelmRevision),
        ["PauseOwner"] = typeof(PauseOwner),
        ["PinImage"] = typeof(PinImage),
        ["PinImageInFile"] = typeof(PinImageInFile),
        ["PinImages"] = typeof(PinImages),
        ["PinInSpec"] = typeof(PinInSpec),
        ["PromoteRollout"] = typeof(PromoteRollout),
        ["PromoteRolloutFully"] = typeof(PromoteRolloutFully),
        ["PruneHelmHistory"] = typeof(PruneHelmHistory),
        ["QuietApplication"] = typeof(QuietApplication),
        ["ReplacePod"] = typeof(ReplacePod),
        ["RequireAgreement"] = typeof(RequireAgreement),
        ["RestartPods"] = typeof(RestartPods),
        ["RestoreManifest"] = typeof(RestoreManifest),
        ["RestoreRevision"] = typeof(RestoreRevision),
        ["RestoreTemplate"] = typeof(RestoreTemplate),
        ["ReturnHelmRelease"] = typeof(ReturnHelmRelease),
        ["ReturnOverlay"] = typeof(ReturnOverlay),
        ["RevertCommits"] = typeof(RevertCommits),
        ["RewriteApis"] = typeof(RewriteApis),
        ["RunHelmHooks"] = typeof(RunHelmHooks),
        ["ScaleWorkload"] = typeof(ScaleWorkload),
        ["SetAsideRevision"] = typeof(SetAsideRevision),
        ["SetImageUpdater"] = typeof(SetImageUpdater),
        ["SetRevisionStatus"] = typeof(SetRevisionStatus),
        ["SetRolloutAbort"] = typeof(SetRolloutAbort),
        ["SetRolloutPause"] = typeof(SetRolloutPause),
        ["SetSyncPolicy"] = typeof(SetSyncPolicy),
        ["SetUpdateAnnotations"] = typeof(SetUpdateAnnotations),
        ["SuspendCronJob"] = typeof(SuspendCronJob),
        ["SyncApplication"] = typeof(SyncApplication),
        ["TerminateOperation"] = typeof(TerminateOperation),
    };

    private static readonly Dictionary<string, Type> Requests = new()
    {
        ["ArgoRollback"] = typeof(ApplicationRollbackRequest),
        ["ArgoSync"] = typeof(ApplicationSyncRequest),
        ["ArgoSyncPolicy"] = typeof(SyncPolicyRequest),
        ["GitRevert"] = typeof(GitRevertRequest),
        ["HelmRepair"] = typeof(HelmRepairRequest),
        ["HelmRollback"] = typeof(HelmRollbackRequest),
        ["ImageRollback"] = typeof(ImageRollbackRequest),
        ["ImageUpdate"] = typeof(ImageUpdateRequest),
        ["KustomizeImage"] = typeof(KustomizeImageRequest),
        ["ReleaseRollback"] = typeof(ReleaseRollbackRequest),
        ["Restart"] = typeof(RestartRequest),
        ["Rollout"] = typeof(RolloutRequest),
        ["Suspension"] = typeof(SuspensionRequest),
    };

    public static JournalFormat Journal { get; } = new(Steps, Requests, CatalogueJson.Default,
    [
        new JsonStringEnumConverter<WorkloadKind>(), new JsonStringEnumConverter<RollbackVia>(), new JsonStringEnumConverter<GitRemedy>(),
        new JsonStringEnumConverter<RolloutOrder>(), new JsonStringEnumConverter<SyncPolicyChoice>(),
        new JsonStringEnumConverter<HelmDriver>(), new JsonStringEnumConverter<HelmHooksFrom>(),
    ]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SetSyncPolicy))]
[JsonSerializable(typeof(PauseOwner))]
[JsonSerializable(typeof(SyncApplication))]
[JsonSerializable(typeof(TerminateOperation))]
[JsonSerializable(typeof(MarkVersions))]
[JsonSerializable(typeof(SetImageUpdater))]
[JsonSerializable(typeof(SetUpdateAnnotations))]
[JsonSerializable(typeof(RestoreTemplate))]
[JsonSerializable(typeof(ReplacePod))]
[JsonSerializable(typeof(SetRolloutAbort))]
[JsonSerializable(typeof(SetRolloutPause))]
[JsonSerializable(typeof(PromoteRollout))]
[JsonSerializable(typeof(PromoteRolloutFully))]
[JsonSerializable(typeof(PinImage))]
[JsonSerializable(typeof(PinImages))]
[JsonSerializable(typeof(FollowGit))]
[JsonSerializable(typeof(PinInSpec))]
[JsonSerializable(typeof(QuietApplication))]
[JsonSerializable(typeof(ScaleWorkload))]
[JsonSerializable(typeof(SuspendCronJob))]
[JsonSerializable(typeof(RequireAgreement))]
[JsonSerializable(typeof(RestartPods))]
[JsonSerializable(typeof(ReturnOverlay))]
[JsonSerializable(typeof(MarkRelease))]
[JsonSerializable(typeof(PinImageInFile))]
[JsonSerializable(typeof(RevertCommits))]
[JsonSerializable(typeof(SetRevisionStatus))]
[JsonSerializable(typeof(RewriteApis))]
[JsonSerializable(typeof(SetAsideRevision))]
[JsonSerializable(typeof(RestoreRevision))]
[JsonSerializable(typeof(RestoreManifest))]
[JsonSerializable(typeof(DeleteLeftover))]
[JsonSerializable(typeof(OpenHelmRevision))]
[JsonSerializable(typeof(RunHelmHooks))]
[JsonSerializable(typeof(ChangeHelmObjects))]
[JsonSerializable(typeof(CloseHelmRevision))]
[JsonSerializable(typeof(PruneHelmHistory))]
[JsonSerializable(typeof(ReturnHelmRelease))]
[JsonSerializable(typeof(ApplicationRollbackRequest))]
[JsonSerializable(typeof(ApplicationSyncRequest))]
[JsonSerializable(typeof(SyncPolicyRequest))]
[JsonSerializable(typeof(ImageUpdateRequest))]
[JsonSerializable(typeof(HelmRollbackRequest))]
[JsonSerializable(typeof(ImageRollbackRequest))]
[JsonSerializable(typeof(SuspensionRequest))]
[JsonSerializable(typeof(RestartRequest))]
[JsonSerializable(typeof(RolloutRequest))]
[JsonSerializable(typeof(ReleaseRollbackRequest))]
[JsonSerializable(typeof(KustomizeImageRequest))]
[JsonSerializable(typeof(GitRevertRequest))]
[JsonSerializable(typeof(HelmRepairRequest))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
