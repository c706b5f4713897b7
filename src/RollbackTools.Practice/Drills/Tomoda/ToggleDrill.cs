using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>
/// website#6921: a second <c>kubectl rollout undo</c> returns to the bad version. Two people who both roll back, or one who is
/// not sure it worked, must not bring it back.
/// </summary>
internal sealed class ToggleDrill : IDrill
{
    private const string Image = TomodaImages.Backend + ":" + TomodaImages.Failing;

    public string Name => "tomoda/toggle";

    public string Summary => "Rolling back a second time stays where the first one went; kubectl's undo would bring the bad release back.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        await drill.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.ShipAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.RollBackAsync(TomodaWorkloads.Backend, Image, cancellation);
        var good = await drill.ImageOfAsync(TomodaWorkloads.Backend, cancellation);

        drill.Screen.Heading("Somebody rolls back again, and again");
        for (var again = 0; again < 2; again++)
        {
            var results = await drill.RollBackAsync($"Invoke-ImageRollback {TomodaWorkloads.Backend} -Environment prod", cancellation);
            DrillContext.Expect(results is [{ Outcome: RollbackOutcome.AlreadyThere }], "A second rollback did something.");
            DrillContext.Expect(await drill.ImageOfAsync(TomodaWorkloads.Backend, cancellation) == good, "A second rollback moved the image.");
        }

        await drill.ProveAsync(Image, TomodaWorkloads.BackendSelector, cancellation);
    }
}
