using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>A Rollout that takes its pod template from another workload: that is what is changed, and never the Rollout.</summary>
public sealed class WorkloadReferenceTests(RolloutCluster shared)
{
    [Fact]
    public async Task The_Deployments_template_goes_back_and_the_Rollout_follows()
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, result.To));
        Assert.Equal("shop/catalog:1.0", shop.Production.Image("catalog"));
        Assert.Null(shop.Rollout["spec"]!["template"]);
        Assert.Equal(("Healthy", true), (shop.Phase, shop.Stable == shop.Current));
        Assert.Contains(result.Steps, step => step.StartsWith("PATCH apps/v1 deployments/catalog", StringComparison.Ordinal));
        Assert.Equal("deployment/catalog", (await shop.ReportAsync()).WorkloadRef);
    }

    [Fact]
    public async Task A_bare_name_that_both_have_means_the_Rollout_and_its_history()
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();

        var history = (await shop.RunAsync("Get-ImageHistory catalog")).Of<ImageRevision>();
        Assert.Equal(["Rollout", "Rollout"], history.Select(revision => revision.Kind));
        Assert.Equal([(2, "shop/catalog:2.0-errors", true), (1, "shop/catalog:1.0", false)], history.Select(revision => ((int)revision.Revision, revision.Image, revision.Current)));

        Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync("Invoke-ImageRollback catalog")).Outcome);
        var again = await shop.DoAsync("Invoke-ImageRollback catalog");
        Assert.Equal(RollbackOutcome.AlreadyThere, again.Outcome);
        Assert.Equal("shop/catalog:1.0", shop.Production.Image("catalog"));
    }

    [Theory]
    [InlineData("deployment/catalog")]
    [InlineData("catalog-template")]
    public async Task The_Deployment_named_itself_is_changed_with_a_warning_that_names_the_Rollout(string named)
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();
        await shop.Production.BrokenAsync("catalog-template", "2.0-errors");
        if (named == "catalog-template") await shop.ChangeAsync(body => body["spec"]!["workloadRef"]!["name"] = named);

        var planned = await shop.DoAsync($"Invoke-ImageRollback {named} -ToTag 1.0 -WhatIf");

        Assert.Equal("Deployment", planned.Kind);
        Assert.Contains(planned.Warnings, warning => warning.StartsWith($"rollout/catalog takes its pod template from deployment/{named.Split('/')[^1]}", StringComparison.Ordinal)
            && warning.Contains("Invoke-ImageRollback rollout/catalog", StringComparison.Ordinal));
        Assert.DoesNotContain((await shop.DoAsync("Invoke-ImageRollback rollout/catalog -ToTag 1.0 -WhatIf")).Warnings, warning => warning.Contains("takes its pod template", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undone_it_asks_for_the_other_version_again()
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();
        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.Undone, (await shop.DoAsync($"Undo-RollbackRun {result.RunId}")).Outcome);
        Assert.Equal("shop/catalog:2.0-errors", shop.Production.Image("catalog"));
    }

    [Fact]
    public async Task A_ReplicaSet_that_is_referred_to_is_changed_in_the_same_way()
    {
        await using var shop = await shared.OpenAsync();
        shop.Production.Apply($$"""
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: { name: template, namespace: {{shop.Production.Namespace}} }
            spec:
              replicas: 0
              selector: { matchLabels: { app: catalog } }
              template: { metadata: { labels: { app: catalog } }, spec: { containers: [{ name: app, image: "shop/catalog:1.0" }] } }
            """);
        await shop.DeployAsync($$"""
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: { name: catalog, namespace: {{shop.Production.Namespace}}, labels: { app: catalog } }
            spec:
              replicas: 4
              workloadRef: { apiVersion: apps/v1, kind: ReplicaSet, name: template }
              strategy: { {{RolloutProduction.Canary}} }
            """);
        shop.Age(TimeSpan.FromDays(2));
        shop.Production.Ship("template", "2.0-errors", Resources.ReplicaSets);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Production.Image("template", Resources.ReplicaSets)));
        Assert.Contains(result.Steps, step => step.StartsWith("PATCH apps/v1 replicasets/template", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kind_whose_template_lies_elsewhere_is_refused_with_what_to_do()
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();
        await shop.ChangeAsync(body => body["spec"]!["workloadRef"]!["kind"] = "PodTemplate");

        var refused = Assert.Single((await shop.RunAsync("Undo-ArgoRollout catalog")).Of<RollbackResult>());

        Assert.Equal("UnsupportedReference", refused.ErrorId);
        Assert.Contains("podtemplate/catalog", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_gone_is_said_and_nothing_is_changed()
    {
        await using var shop = await shared.OpenAsync();
        await shop.ReferringAsync();
        shop.Production.Delete("catalog");

        Assert.Equal("ReferenceMissing", Assert.Single((await shop.RunAsync("Undo-ArgoRollout catalog")).Of<RollbackResult>()).ErrorId);
        Assert.Equal("shop/catalog:1.0", (await shop.ReportAsync()).StableImage);
    }
}
