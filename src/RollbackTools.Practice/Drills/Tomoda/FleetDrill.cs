using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>One bad release in everything: rolled back by label, at once, under one lock and one record.</summary>
internal sealed class FleetDrill : IDrill
{
    public string Name => "tomoda/fleet";

    public string Summary => "A bad release went into every workload of a team; all of them go back at once, by label.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        const string selector = TomodaWorkloads.FleetSelector;
        var fleet = TomodaWorkloads.Fleet;
        await drill.ShowHealthyAsync(selector, cancellation);
        foreach (var (workload, repository) in fleet)
            await drill.ShipAsync(workload, $"{repository}:{TomodaImages.Failing}", cancellation);
        await drill.NoticeTrafficAsync(selector, cancellation);

        drill.Screen.Heading("Roll all of it back");
        await drill.TypeAsync($"Invoke-ImageRollback -Selector {selector} -Environment prod -WhatIf", cancellation);
        var results = await drill.RollBackAsync(
            $"Invoke-ImageRollback -Selector {selector} -Environment prod -Reason 'INC-2042 errors everywhere'", cancellation);
        var done = results.Count(result => result.Outcome == RollbackOutcome.RolledBack);
        DrillContext.Expect(done == fleet.Count, $"{done} of {fleet.Count} workloads were rolled back.");
        await drill.TestAsync($"Test-RollbackHealth -Selector {selector} -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);
        await drill.ProveAsync(TomodaImages.Failing, selector, cancellation);
    }
}
