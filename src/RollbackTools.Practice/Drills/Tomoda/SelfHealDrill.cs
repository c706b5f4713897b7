using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>
/// One line where everything fights back: Argo CD heals what is changed by hand, Git holds the bad tag, Image Updater promotes it. The
/// whole job looks at who owns the workload and deals with each of them.
/// </summary>
internal sealed class SelfHealDrill : IDrill
{
    private const string Image = TomodaImages.Backend + ":" + CodeRelease.Bad;

    public string Name => "tomoda/self-heal";

    public string Estate => "tomoda-gitops";

    public string Summary => "Self-heal, Git and Image Updater would each bring the bad image back; one rollback deals with all three.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await CodeRelease.ShipAsync(scene, TomodaFeature.Refunds, TomodaWorkloads.Backend, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);
        var result = await drill.RollBackAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.ReadAsync($"Get-RollbackRun {result.RunId}", cancellation);
        await drill.ProveAsync(Image, TomodaWorkloads.BackendSelector, cancellation);
        await scene.ProveItStaysAsync(Image, cancellation);
    }
}
