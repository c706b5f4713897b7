using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Module;
using YamlDotNet.Serialization;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>The Argo CD roles of docs/rbac/rollbacktools.yaml, held against what the cmdlets ask of the API.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ArgoPermissionsTests
{
    [Fact]
    public async Task A_reader_may_do_all_that_reports_histories_and_plans_need()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        (await production.RunAsync("Get-ArgoApplication")).OrThrow();
        (await production.RunAsync("Get-ArgoHistory shop")).OrThrow();
        (await production.RunAsync("Invoke-ArgoRollback shop -WhatIf")).OrThrow();
        (await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None -WhatIf")).OrThrow();
        await production.RunAsync("Suspend-ImageUpdate shop -WhatIf");

        Assert.Contains("get appprojects", Asked(production));
        Assert.Contains("list imageupdaters", Asked(production));
        Assert.Empty(Asked(production).Except([.. Granted("rollbacktools-argocd-reader"), .. Granted("rollbacktools-reader")]));
    }

    [Fact]
    public async Task Who_may_only_read_plans_with_what_Argo_CD_found_last()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        await production.DoAsync("Invoke-ArgoRollback shop");
        var viewer = Regex.Match(File.ReadAllText(production.Cluster.Kubeconfig), "[a-z0-9-]+-viewer").Value;

        await production.FailAsync($"Set-ArgoSyncPolicy shop -Policy Exact -WhatIf -Context {viewer}", "GitStillBad");
    }

    [Fact]
    public async Task An_operator_may_also_do_all_that_changes_and_their_undo_need()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        production.Cluster.Operator.Apply("""
            apiVersion: argocd-image-updater.argoproj.io/v1alpha1
            kind: ImageUpdater
            metadata: { name: updater, namespace: argocd }
            spec: { applicationRefs: [ { namePattern: shop, images: [ { alias: api, imageName: shop/api } ] } ] }
            """);
        production.Change(body => body["metadata"]!["ownerReferences"] = JsonNode.Parse("""[{"apiVersion":"argoproj.io/v1alpha1","kind":"ApplicationSet","name":"gone","uid":"x","controller":true}]"""));

        await production.DoAsync("Suspend-ImageUpdate shop -Tag 2.0-errors -Confirm:$false");
        await production.DoAsync("Invoke-ArgoRollback shop");
        await production.RunAsync("Get-RollbackRun -Last 1 | Undo-RollbackRun");

        Assert.Contains("patch applications", Asked(production));
        Assert.Empty(Asked(production).Except(
        [
            .. Granted("rollbacktools-argocd-reader"), .. Granted("rollbacktools-argocd-operator"), .. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator"),
        ]));
    }

    [Fact]
    public async Task An_operator_may_also_do_whole_image_and_release_rollbacks_and_their_undo()
    {
        await using var production = await WholeProduction.StartAsync();
        await production.Git.TagAsync("release/v1.0.0", (await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken))!, TestContext.Current.CancellationToken);
        production.Cluster.Server.Requests.Reset();
        await production.BreakAsync();
        var run = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        await production.DoAsync($"Undo-RollbackRun {run.RunId}");
        await production.UntilAsync(() => production.Image("api") == WholeProduction.Bad && production.Sync == "Synced" && production.App["operation"] is null);
        run = await production.DoAsync("Invoke-ReleaseRollback shop -ToTag release/v1.0.0");
        await production.DoAsync($"Undo-RollbackRun {run.RunId}");

        var asked = production.Cluster.Server.Requests.Snapshot().Keys.Where(request => !request.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal)).ToList();
        Assert.Contains("patch imageupdaters", asked);
        Assert.Empty(asked.Except(
        [
            .. Granted("rollbacktools-argocd-reader"), .. Granted("rollbacktools-argocd-operator"), .. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator"),
        ]));
    }

    // Every authenticated user may ask what he may do (system:basic-user).
    private static List<string> Asked(GitOpsProduction production) => [.. production.Cluster.Server.Requests.Snapshot().Keys
        .Where(request => !request.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal))];

    private static List<string> Granted(string role)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "rbac", "rollbacktools.yaml"));
        var reader = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
        var rules = text.Split("\n---\n").Select(reader.Deserialize<PermissionsTests.Role>).Single(one => one.Kind == "Role" && one.Metadata.Name == role).Rules;
        return [.. rules.SelectMany(rule => rule.Resources.SelectMany(resource => rule.Verbs.Select(verb => $"{verb} {resource}")))];
    }
}
