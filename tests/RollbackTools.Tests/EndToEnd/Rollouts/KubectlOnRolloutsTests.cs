using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>The real kubectl before and after: it sees what we report, and its next apply neither conflicts nor brings anything back.</summary>
public sealed class KubectlOnRolloutsTests(RolloutCluster shared)
{
    private const string ImagePath = "-o jsonpath={.spec.template.spec.containers[0].image}";

    [Theory]
    // The controller owns a Rollout's containers as soon as it numbered the first revision.
    [InlineData("apply --server-side --force-conflicts --field-manager=ci -f -")]
    [InlineData("apply -f -")]
    public async Task The_next_apply_goes_through_and_brings_nothing_back(string apply)
    {
        Kubectl.Need();
        await using var shop = await shared.OpenAsync();
        await Kubectl.RunAsync(shop.Production, apply, shop.Manifest("1.0", container: ", env: [{ name: OLD, value: a }]"));
        await shop.Production.UntilAsync(() => shop.Healthy);
        shop.Age(TimeSpan.FromDays(2));
        await Kubectl.RunAsync(shop.Production, apply, shop.Manifest("2.0-errors", container: ", env: [{ name: NEW, value: b }]"));
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(result.To, await Kubectl.RunAsync(shop.Production, $"get rollout catalog {ImagePath}"));
        Assert.DoesNotContain(shop.Rollout["metadata"]!["managedFields"]!.AsArray(), entry => (string?)entry!["manager"] == "rollbacktools"
            && apply.Contains("server-side", StringComparison.Ordinal) && entry["fieldsV1"]!["f:spec"] is JsonObject { Count: > 0 });

        var applied = await Kubectl.RunAsync(shop.Production, apply, shop.Manifest("2.1", container: ", env: [{ name: OLD, value: changed }]"));
        Assert.Matches("applied|configured", applied);
        var container = shop.Rollout["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Equal(("shop/catalog:2.1", "OLD=changed"), ((string?)container["image"], string.Join(',', container["env"]!.AsArray().Select(item => $"{item!["name"]}={item["value"]}"))));
    }

    [Fact]
    public async Task What_the_plugin_would_patch_is_what_we_see_and_the_other_way_round()
    {
        Kubectl.Need();
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync("2.0");

        await Kubectl.RunAsync(shop.Production, """patch rollout catalog --subresource=status --type=merge -p "{\"status\":{\"abort\":true}}" """);
        var again = await shop.DoAsync("Stop-ArgoRollout catalog");
        Assert.Equal(RollbackOutcome.AlreadyThere, again.Outcome);

        await shop.DoAsync("Resume-ArgoRollout catalog -Retry");
        Assert.NotEqual("true", await Kubectl.RunAsync(shop.Production, "get rollout catalog -o jsonpath={.status.abort}"));
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");
        await shop.DoAsync("Stop-ArgoRollout catalog");
        Assert.Equal("true", await Kubectl.RunAsync(shop.Production, "get rollout catalog -o jsonpath={.status.abort}"));
    }
}
