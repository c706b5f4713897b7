using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Sync windows are read where the application's Argo CD lies, and a check that could not be made is said to be none.</summary>
public sealed class SyncWindowPlaceTests
{
    [Fact]
    public async Task The_project_is_looked_for_in_the_namespace_of_the_Argo_CD_that_works_on_the_application()
    {
        await using var production = await ElsewhereAsync();
        production.Cluster.Operator.Apply(Project("[{ kind: deny, schedule: '* * * * *', duration: 24h, applications: ['*'], manualSync: false }]"));

        var error = await production.FailAsync("Invoke-ArgoRollback win -Namespace prod", "SyncWindowBlocked");

        Assert.Contains("deny '* * * * *' for 24h", error.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0-errors", production.Image);
        var report = (await production.RunAsync("Get-ArgoApplication win -Namespace prod")).OrThrow().Of<ApplicationReport>().Single();
        Assert.Contains(report.Interference, line => line.Contains("deny window", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_project_cannot_be_found_nothing_is_said_to_be_checked()
    {
        await using var production = await ElsewhereAsync();
        production.Cluster.Store.Delete(ArgoResources.AppProjects, "gitops", "shop");

        var output = await production.RunAsync("Invoke-ArgoRollback win -Namespace prod -WhatIf");

        var result = Assert.Single(output.Of<RollbackResult>());
        const string why = "There is no AppProject 'shop' in namespace gitops";
        Assert.Contains($"not checked: whether a sync window forbids it ({why})", result.Steps);
        Assert.DoesNotContain(result.Steps, step => step.StartsWith("checked:", StringComparison.Ordinal));
        Assert.Contains($"Whether a sync window forbids it was not checked: {why}.", result.Warnings);
        var report = (await production.RunAsync("Get-ArgoApplication win -Namespace prod")).OrThrow().Of<ApplicationReport>().Single();
        Assert.Contains($"its sync windows could not be looked at: {why}", report.Interference);
    }

    /// <summary>Argo CD lies in <c>gitops</c>, and its application <c>win</c> in <c>prod</c>.</summary>
    private static async Task<GitOpsProduction> ElsewhereAsync()
    {
        var production = await GitOpsProduction.StartAsync(options => options with { Namespace = "gitops" });
        production.Cluster.Operator.Apply("{ kind: Namespace, metadata: { name: gitops } }");
        production.Cluster.Operator.Apply(Project("[]"));
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0"));
        production.Cluster.Operator.Apply(ArgoPractice.Application("win", policy: "{ automated: {} }")
            .Replace("namespace: argocd", "namespace: prod", StringComparison.Ordinal).Replace("project: default", "project: shop", StringComparison.Ordinal));
        await production.UntilAsync(() => Deployed(production) == 1 && production.Image == "shop/api:1.0");
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2.0-errors"));
        await production.RunAsync("Get-ArgoApplication win -Namespace prod -Refresh");
        await production.UntilAsync(() => Deployed(production) == 2 && production.Image == "shop/api:2.0-errors");
        production.Cluster.Store.Update(ArgoResources.Applications, "prod", "win", body =>
        {
            body["status"]!["history"]![0]!["deployedAt"] = "2026-01-01T00:00:00Z";
            body["status"]!["history"]![0]!["deployStartedAt"] = "2026-01-01T00:00:00Z";
            return true;
        });
        return production;
    }

    private static int Deployed(GitOpsProduction production) =>
        production.Cluster.Store.Find(ArgoResources.Applications, "prod", "win")!.Read["status"]?["history"]?.AsArray().Count ?? 0;

    private static string Project(string windows) => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: shop, namespace: gitops }
        spec: { sourceNamespaces: [prod], sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }], syncWindows: {{windows}} }
        """;
}
