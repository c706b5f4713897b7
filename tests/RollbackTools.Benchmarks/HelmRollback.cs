using System.Globalization;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts.Samples;

namespace RollbackTools.Benchmarks;

/// <summary>A release of 150 objects, of which 50 differ, taken back one revision.</summary>
internal sealed class HelmRollback : Benchmark
{
    private const string Release = "tenants";

    public override string Name => "helm";

    public override string Title => "(i) A Helm release of 150 objects, 50 of which differ, one revision back";

    public override async Task RunAsync(Report report, bool quick)
    {
        await using var server = await FleetServer.StartAsync(0, 1);
        using Session session = new(server.Kubeconfig);
        using var helm = PracticeHelm.Open(server.Kubeconfig, FleetServer.Namespace);
        await helm.InstallAsync(Release, TenantsChart.Of("1.0.0"), TenantsChart.Values(10), CancellationToken.None);
        var limit = 10;
        Dictionary<string, (Samples Time, int Requests)> tools = new() { ["Invoke-HelmRollback"] = (new Samples(), 0) };
        if (Machine.Helm is not null) tools["helm rollback --wait"] = (new Samples(), 0);
        if (Machine.Helm is not null) tools["helm rollback"] = (new Samples(), 0);
        for (var i = 0; i < (quick ? 2 : 7); i++)
        {
            foreach (var tool in tools.Keys.ToList())
            {
                var revision = await helm.UpgradeAsync(Release, TenantsChart.Of("1.0.0"), TenantsChart.Values(++limit), CancellationToken.None);
                var back = (revision - 1).ToString(CultureInfo.InvariantCulture);
                await server.ResetRequestsAsync();
                var took = tool.StartsWith("helm", StringComparison.Ordinal)
                    ? await Machine.TimeAsync(Machine.Helm!, ["rollback", Release, back, "--kubeconfig", server.Kubeconfig, "--namespace", FleetServer.Namespace, .. tool.EndsWith("--wait", StringComparison.Ordinal) ? ["--wait"] : Array.Empty<string>()])
                    : session.Time($"Invoke-HelmRollback {Release} -Namespace {FleetServer.Namespace} -ToRevision {back}");
                var requests = (await server.RequestsAsync()).Where(pair => !pair.Key.Contains("practice", StringComparison.Ordinal)).Sum(pair => pair.Value);
                tools[tool].Time.Add(took);
                tools[tool] = (tools[tool].Time, requests);
            }
        }

        report.Compare("150 objects", [.. tools.Select(tool => (tool.Key, tool.Value.Time))]);
        report.Line("");
        report.Table(["requests", ""], tools.Select(tool => (string[])[tool.Key, $"{tool.Value.Requests}"]).ToList());
        if (Machine.Helm is null) report.Line("\nBeside helm: skipped, no helm on PATH.");
    }
}
