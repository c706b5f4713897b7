using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>An application that sets its image in its own spec (as Image Updater does by default) goes back there.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class SpecPinTests
{
    [Theory]
    [InlineData("")]
    [InlineData("-Via Git")]
    public async Task The_spec_says_the_good_image_again_and_the_policy_is_what_it_was(string way)
    {
        await using var production = await GitOpsProduction.StartAsync();
        production.Git.Commit("shop", ArgoPractice.Deployment("IMAGE"));
        production.Cluster.Operator.Apply(ArgoPractice.Application(policy: "{ automated: { prune: true, selfHeal: true } }")
            .Replace("path: shop,", "path: shop, kustomize: { images: [\"shop/api:1.0\"] },", StringComparison.Ordinal));
        await production.UntilAsync(() => production.Image == "shop/api:1.0" && production.Health == "Healthy" && production.Sync == "Synced");
        production.Age(TimeSpan.FromDays(2));
        production.Change(body => body["spec"]!["source"]!["kustomize"]!["images"] = new JsonArray("shop/api:2.0-errors"));
        await production.UntilAsync(() => production.Image == "shop/api:2.0-errors" && production.Health == "Healthy" && production.Sync == "Synced" && production.App["operation"] is null);
        var policy = production.Policy;

        var result = await production.DoAsync($"Invoke-ImageRollback api -Namespace prod {way}");

        Assert.True(result.Outcome == RollbackOutcome.RolledBack, result.Message);
        Assert.Equal(("shop/api:1.0", """["shop/api:1.0"]""", policy, "Synced"),
            (production.Image, production.App["spec"]!["source"]!["kustomize"]!["images"]!.ToJsonString(), production.Policy, production.Sync));

        await production.DoAsync($"Undo-RollbackRun {result.RunId}");
        await production.UntilAsync(() => production.Image == "shop/api:2.0-errors");
        Assert.Equal("""["shop/api:2.0-errors"]""", production.App["spec"]!["source"]!["kustomize"]!["images"]!.ToJsonString());
    }
}
