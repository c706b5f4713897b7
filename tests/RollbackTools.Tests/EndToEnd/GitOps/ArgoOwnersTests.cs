using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Applications that somebody else writes: an ApplicationSet, or a parent application.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ArgoOwnersTests
{
    [Fact]
    public async Task An_ApplicationSet_is_told_to_leave_the_policy_alone_and_owns_it_again_afterwards()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await GenerateAsync(production);
        var before = production.Find("shops", ArgoResources.ApplicationSets)["spec"]!.ToJsonString();

        var result = await production.DoAsync("Invoke-ArgoRollback shop -Reason INC-2");
        await production.Cluster.SettleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);
        Assert.NotNull(production.Annotation(PausedPolicy.Annotation));
        Assert.NotNull(production.Annotation(VersionMarks.BadAnnotation));

        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0"));
        await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact");
        await production.UntilAsync(() => production.Sync == "Synced");
        Assert.Equal(before, production.Find("shops", ArgoResources.ApplicationSets)["spec"]!.ToJsonString());
        Assert.Equal("""{"prune":true,"selfHeal":true}""", production.Policy);
    }

    [Fact]
    public async Task An_ApplicationSet_that_ignores_the_policy_but_not_our_note_is_told_to_keep_that_too()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await GenerateAsync(production, """ignoreApplicationDifferences: [ { jsonPointers: [ /spec/syncPolicy ] } ]""");

        await production.DoAsync("Set-ArgoSyncPolicy shop -Policy None");
        await production.Cluster.SettleAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(production.Annotation(PausedPolicy.Annotation));
        await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact");
        Assert.Equal("""{"prune":true,"selfHeal":true}""", production.Policy);
    }

    [Theory]
    [InlineData("goTemplateOptions: []", true)]
    [InlineData("preservedFields: { annotations: [rollbacktools.io/bad-revisions, rollbacktools.io/rolled-back-to] }", false)]
    public async Task Where_a_generator_takes_the_marks_of_a_manual_application_away_that_is_said(string more, bool forgotten)
    {
        await using var production = await GitOpsProduction.StartAsync();
        await GenerateAsync(production, more, "{}");

        var result = await production.DoAsync("Invoke-ArgoRollback shop");
        await production.Cluster.SettleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Equal(forgotten, result.Warnings.Any(warning => warning.Contains("preservedFields", StringComparison.Ordinal)));
        Assert.Equal(forgotten, production.Annotation(VersionMarks.BadAnnotation) is null);
    }

    [Fact]
    public async Task A_parent_application_is_paused_first_and_restored_last()
    {
        await using var production = await GitOpsProduction.StartAsync();
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0"));
        production.Git.Commit("root", ArgoPractice.Application(policy: "{ automated: { prune: true, selfHeal: true } }"));
        production.Cluster.Operator.Apply(ArgoPractice.Application("root", "root", "{ automated: { selfHeal: true } }").Replace("namespace: prod }", "namespace: argocd }", StringComparison.Ordinal));
        await production.UntilAsync(() => production.Cluster.Store.Find(ArgoResources.Applications, "argocd", "shop") is not null && production is { Image: "shop/api:1.0", Health: "Healthy" });
        await production.UntilAsync(() => production.App["status"]?["history"] is JsonArray { Count: 1 });
        production.Age(TimeSpan.FromDays(2));
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2.0-errors"));
        production.Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/refresh"] = "normal");
        await production.UntilAsync(() => production is { Image: "shop/api:2.0-errors", Health: "Healthy" } && production.App["status"]!["history"]!.AsArray().Count == 2);

        var result = await production.DoAsync("Invoke-ArgoRollback shop");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Equal(["root", "shop"], result.Steps.Where(step => step.Contains("spec.syncPolicy.automated", StringComparison.Ordinal)).Select(step => step.Contains("/root", StringComparison.Ordinal) ? "root" : "shop"));
        Assert.Equal("""{"selfHeal":true,"enabled":false}""", production.Find("root")["spec"]!["syncPolicy"]!["automated"]!.ToJsonString());
        Assert.Contains("application/root", (await production.RunAsync("Get-ArgoApplication shop")).Of<ApplicationReport>().Single().Owners);

        var undone = await production.DoAsync($"Undo-RollbackRun {result.RunId}");
        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal("""{"selfHeal":true}""", production.Find("root")["spec"]!["syncPolicy"]!["automated"]!.ToJsonString());
        Assert.Equal("""{"prune":true,"selfHeal":true}""", production.Policy);
    }

    [Fact]
    public async Task Whoever_may_not_tell_the_ApplicationSet_is_given_a_command_that_shows_the_right_that_is_missing()
    {
        Kubectl.Need();
        await using var production = await GitOpsProduction.StartAsync();
        await GenerateAsync(production);
        production.Cluster.Server.Policy.Grant(new AccessRule
        {
            Users = ["oncall"], Verbs = ["*"], ApiGroups = ["", "apps", "coordination.k8s.io", "authorization.k8s.io"], Resources = ["*"],
        });
        production.Cluster.Server.Policy.Grant(new AccessRule { Users = ["oncall"], Verbs = ["*"], ApiGroups = ["argoproj.io"], Resources = ["applications", "appprojects"] });
        production.Cluster.Server.Policy.Grant(new AccessRule { Users = ["oncall"], Verbs = ["get"], ApiGroups = ["argoproj.io"], Resources = ["applicationsets"] });
        var policy = production.Policy;

        var refused = Assert.Single((await production.RunAsync("Invoke-ArgoRollback shop -As oncall")).Errors);

        Assert.Equal(("OwnerWouldRevert", "kubectl --as oncall auth can-i patch applicationsets.argoproj.io/shops -n argocd"), (refused.ErrorId, refused.RecommendedAction));
        Assert.Equal("no", await Kubectl.RunAsync(production.Cluster.Kubeconfig, refused.RecommendedAction!["kubectl ".Length..], exitCode: 1));
        Assert.Equal(policy, production.Policy);
    }

    private static async Task GenerateAsync(GitOpsProduction production, string more = "goTemplateOptions: []", string policy = "{ automated: { prune: true, selfHeal: true } }")
    {
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0"));
        production.Cluster.Operator.Apply($$$"""
            apiVersion: argoproj.io/v1alpha1
            kind: ApplicationSet
            metadata: { name: shops, namespace: argocd }
            spec:
              goTemplate: true
              {{{more}}}
              generators: [ { list: { elements: [ { name: shop } ] } } ]
              template:
                metadata: { name: "{{.name}}" }
                spec:
                  project: default
                  source: { repoURL: "{{{FakeRepository.Url}}}", path: "{{.name}}", targetRevision: main }
                  destination: { server: "https://kubernetes.default.svc", namespace: prod }
                  syncPolicy: {{{policy}}}
            """);
        await production.UntilAsync(() => production.Cluster.Store.Find(ArgoResources.Applications, "argocd", "shop") is not null);
        if (policy == "{}") await production.DoAsync("Invoke-ArgoSync shop");
        await production.UntilAsync(() => production is { Image: "shop/api:1.0", Health: "Healthy" } && production.App["status"]?["history"] is JsonArray { Count: 1 });
        production.Age(TimeSpan.FromDays(2));
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2.0-errors"));
        if (policy == "{}") await production.DoAsync("Invoke-ArgoSync shop");
        else production.Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/refresh"] = "normal");
        await production.UntilAsync(() => production is { Image: "shop/api:2.0-errors", Health: "Healthy" } && production.App["status"]!["history"]!.AsArray().Count == 2);
    }
}
