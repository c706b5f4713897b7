using System.Globalization;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>What we report is what the real kubectl sees.</summary>
public sealed class KubectlAgreementTests(SharedCluster shared)
{
    private const string ImagePath = "-o jsonpath={.spec.template.spec.containers[0].image}";

    [Theory]
    [InlineData("deployment", "2.0-errors", null)]
    [InlineData("deployment", "2.0-crash", "CrashLoopBackOff")]
    [InlineData("statefulset", "2.0-crash", "CrashLoopBackOff")]
    [InlineData("daemonset", "2.0-crash", "CrashLoopBackOff")]
    public async Task On_every_step_of_a_rollback_and_its_undo(string kindName, string bad, string? trouble)
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", bad, trouble, Kind(kindName));
        var target = $"{kindName}/api";

        var planned = Assert.Single((await production.RunAsync($"Invoke-ImageRollback {target} -WhatIf")).Of<RollbackResult>());
        Assert.Equal(planned.From, await Kubectl.RunAsync(production, $"get {target} {ImagePath}"));

        var result = await production.RollBackAsync($"Invoke-ImageRollback {target} -Reason 'INC-7'");
        Assert.Equal(result.To, await Kubectl.RunAsync(production, $"get {target} {ImagePath}"));
        await RolledOutAsync(production, target);

        var again = await production.RollBackAsync($"Invoke-ImageRollback {target}");
        Assert.Equal((RollbackOutcome.AlreadyThere, result.To), (again.Outcome, await Kubectl.RunAsync(production, $"get {target} {ImagePath}")));

        var undone = await production.RollBackAsync($"Undo-RollbackRun {result.RunId}");
        Assert.Equal(undone.To, await Kubectl.RunAsync(production, $"get {target} {ImagePath}"));
    }

    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task On_the_history_after_a_rollback(string kindName)
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0", Kind(kindName));
        foreach (var tag in (string[])["1.1", "1.2"])
        {
            production.Ship("api", tag, Kind(kindName));
            await production.CompleteAsync("api", Kind(kindName));
        }

        await production.RollBackAsync($"Invoke-ImageRollback {kindName}/api -ToRevision 1");
        await production.CompleteAsync("api", Kind(kindName));

        var ours = (await production.RunAsync($"Get-ImageHistory {kindName}/api")).Of<ImageRevision>().OrderBy(revision => revision.Revision).ToList();
        var theirs = (await Kubectl.RunAsync(production, $"rollout history {kindName}/api")).Split('\n').Skip(2)
            .Select(line => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(theirs, ours.Select(revision => revision.Revision));
        foreach (var revision in ours)
        {
            var template = await Kubectl.RunAsync(production, $"rollout history {kindName}/api --revision={revision.Revision}");
            Assert.Contains($"Image:\t{revision.Image}\n", template, StringComparison.Ordinal);
        }

        Assert.Equal(theirs[^1], Assert.Single(ours, revision => revision.Current).Revision);
    }

    [Fact]
    public async Task On_a_rollback_that_failed()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");

        var result = Assert.Single((await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-crash -Timeout 1m")).Of<RollbackResult>());

        Assert.Equal((RollbackOutcome.Failed, result.To), (result.Outcome, await Kubectl.RunAsync(production, $"get deployment/api {ImagePath}")));
        await Kubectl.RunAsync(production, "rollout status deployment/api --timeout=1s", exitCode: 1);
        var events = await Kubectl.RunAsync(production, "get events --field-selector type=Warning");
        Assert.Contains("BackOff", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_who_holds_the_lock()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        production.Hold("api");
        var rolling = production.RunAsync("Invoke-ImageRollback api -ToTag 1.9 -Timeout 1m");
        await production.UntilAsync(() => production.Image("api") == "shop/api:1.9");
        using var other = production.SomebodyElse();

        var refused = await Production.RunAsync(other, "Invoke-ImageRollback api -ToTag 1.8");
        var lease = await Kubectl.RunAsync(production, "get lease rollbacktools-deployment-api -o yaml");

        Assert.Equal("LockHeld", Assert.Single(refused.Errors).ErrorId);
        Assert.Contains($"holderIdentity: {RunEngine.Actor}/", lease, StringComparison.Ordinal);
        production.LetGo("api");
        await rolling;
    }

    private static async Task RolledOutAsync(Production production, string target) =>
        Assert.Matches("successfully rolled out|roll out complete|rolling update complete",
            await Kubectl.RunAsync(production, $"rollout status {target} --timeout=5s"));

    private static ResourceType Kind(string name) => name switch
    {
        "deployment" => Resources.Deployments,
        "statefulset" => Resources.StatefulSets,
        _ => Resources.DaemonSets,
    };
}
