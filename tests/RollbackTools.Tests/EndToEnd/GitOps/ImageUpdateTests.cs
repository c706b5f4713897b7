using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Suspend-ImageUpdate and Resume-ImageUpdate, held against how the updater itself reads what they write.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ImageUpdateTests
{
    private const string Updater = """
        apiVersion: argocd-image-updater.argoproj.io/v1alpha1
        kind: ImageUpdater
        metadata: { name: updater, namespace: argocd }
        spec:
          commonUpdateSettings: { ignoreTags: [ latest ] }
          applicationRefs:
        """;

    [Fact]
    public async Task One_bad_tag_is_added_to_what_the_application_ignores_already_and_taken_out_exactly()
    {
        await using var production = await StartAsync($$"""
            {{Updater}}
              - namePattern: shop
                images: [ { alias: api, imageName: shop/api }, { alias: web, imageName: shop/web, commonUpdateSettings: { ignoreTags: [ "old-*" ], updateStrategy: newest-build } } ]
              - namePattern: "*"
                images: [ { alias: all, imageName: shop/api } ]
            """);
        var before = Spec(production);

        var result = await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0,rel[1]* -Reason INC-5 -Confirm:$false");

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Equal([["latest", "v2.15.0", "rel\\[1]\\*"], ["old-*", "v2.15.0", "rel\\[1]\\*"]], Ignored(production, "shop"));
        Assert.Equal([["latest"]], Ignored(production, "cart"));

        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -Confirm:$false")).Outcome);
        Assert.Equal(RollbackOutcome.Changed, (await production.DoAsync("Resume-ImageUpdate shop")).Outcome);
        Assert.Equal(before, Spec(production));
        Assert.Null(production.Find("updater", ArgoResources.ImageUpdaters)["metadata"]!["annotations"]?[SuspendedUpdate.Annotation]);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Resume-ImageUpdate shop")).Outcome);
    }

    [Fact]
    public async Task Where_one_reference_is_for_many_this_application_gets_one_of_its_own()
    {
        await using var production = await StartAsync($$"""
            {{Updater}}
              - namePattern: "*"
                images: [ { alias: api, imageName: shop/api } ]
            """);
        var before = Spec(production);
        Assert.Contains(await FightsAsync(production), line => line.Contains("promotes newer tags of shop/api", StringComparison.Ordinal));

        var result = await production.DoAsync("Suspend-ImageUpdate shop -Confirm:$false");
        Assert.DoesNotContain(await FightsAsync(production), line => line.Contains("promotes newer tags", StringComparison.Ordinal));

        Assert.Equal([["latest", "*"]], Ignored(production, "shop"));
        Assert.Equal([["latest"]], Ignored(production, "cart"));
        Assert.Equal(RollbackOutcome.Undone, (await production.DoAsync($"Undo-RollbackRun {result.RunId}")).Outcome);
        Assert.Equal(before, Spec(production));
    }

    [Fact]
    public async Task It_may_be_limited_to_one_image_and_says_when_it_is_not()
    {
        await using var production = await StartAsync($$"""
            {{Updater}}
              - namePattern: shop
                images: [ { alias: api, imageName: "shop/api:~2" }, { alias: web, imageName: shop/web } ]
            """);
        var before = Spec(production);

        var all = await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -WhatIf");
        var one = await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -Image shop/api -Confirm:$false");

        Assert.Contains(all.Warnings, warning => warning.Contains("for all of shop/api, shop/web: -Image limits it", StringComparison.Ordinal));
        Assert.Empty(one.Warnings);
        Assert.Equal(("ignore latest", "ignore v2.15.0"), (one.From, one.To));
        Assert.Equal([["latest", "v2.15.0"], ["latest"]], Ignored(production, "shop"));
        await production.DoAsync("Resume-ImageUpdate shop");
        Assert.Equal(before, Spec(production));
    }

    [Fact]
    public async Task It_may_be_limited_to_one_image_by_its_own_annotation()
    {
        await using var production = await StartAsync(null, """
            annotations: { argocd-image-updater.argoproj.io/image-list: "api=shop/api:~2,web=shop/web", argocd-image-updater.argoproj.io/ignore-tags: "beta" }
            """);

        var result = await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -Image shop/api -Confirm:$false");

        Assert.Equal("ignore beta", result.From);
        Assert.Equal("beta,v2.15.0", production.Annotation("argocd-image-updater.argoproj.io/api.ignore-tags"));
        Assert.Equal("beta", production.Annotation("argocd-image-updater.argoproj.io/ignore-tags"));
        await production.DoAsync("Resume-ImageUpdate shop");
        Assert.Null(production.Annotation("argocd-image-updater.argoproj.io/api.ignore-tags"));
    }

    [Fact]
    public async Task Annotations_are_added_to_and_come_back_exactly()
    {
        await using var production = await StartAsync(null, """
            annotations: { argocd-image-updater.argoproj.io/image-list: "api=shop/api,web=shop/web", argocd-image-updater.argoproj.io/web.ignore-tags: "beta" }
            """);

        await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -Confirm:$false");

        Assert.Equal("v2.15.0", production.Annotation("argocd-image-updater.argoproj.io/ignore-tags"));
        Assert.Equal("beta,v2.15.0", production.Annotation("argocd-image-updater.argoproj.io/web.ignore-tags"));
        await production.DoAsync("Suspend-ImageUpdate shop -Confirm:$false");
        Assert.Equal("beta,v2.15.0,*", production.Annotation("argocd-image-updater.argoproj.io/web.ignore-tags"));

        await production.DoAsync("Resume-ImageUpdate shop");
        Assert.Null(production.Annotation("argocd-image-updater.argoproj.io/ignore-tags"));
        Assert.Equal("beta", production.Annotation("argocd-image-updater.argoproj.io/web.ignore-tags"));
        Assert.Null(production.Annotation(SuspendedUpdate.Annotation));
    }

    [Fact]
    public async Task What_only_the_second_suspension_touches_comes_back_too()
    {
        await using var production = await StartAsync(null, """
            annotations: { argocd-image-updater.argoproj.io/image-list: "api=shop/api,web=shop/web", argocd-image-updater.argoproj.io/web.ignore-tags: "v2.15.0" }
            """);

        await production.DoAsync("Suspend-ImageUpdate shop -Tag v2.15.0 -Confirm:$false");
        await production.DoAsync("Suspend-ImageUpdate shop -Confirm:$false");
        Assert.Equal("v2.15.0,*", production.Annotation("argocd-image-updater.argoproj.io/web.ignore-tags"));

        await production.DoAsync("Resume-ImageUpdate shop");
        Assert.Equal("v2.15.0", production.Annotation("argocd-image-updater.argoproj.io/web.ignore-tags"));
        Assert.Null(production.Annotation("argocd-image-updater.argoproj.io/ignore-tags"));
    }

    [Fact]
    public async Task Annotations_of_a_generated_application_are_refused_and_none_at_all_is_said()
    {
        await using var production = await StartAsync(null);
        await production.FailAsync("Suspend-ImageUpdate shop -Confirm:$false", "NoImageUpdater");

        production.Change(body =>
        {
            (body["metadata"]!["annotations"] ??= new JsonObject())["argocd-image-updater.argoproj.io/image-list"] = "shop/api";
            body["metadata"]!["ownerReferences"] = JsonNode.Parse("""[{"apiVersion":"argoproj.io/v1alpha1","kind":"ApplicationSet","name":"gone","uid":"x","controller":true}]""");
        });
        var error = await production.FailAsync("Suspend-ImageUpdate shop -Confirm:$false", "OwnerWouldRevert");
        Assert.Contains("'gone'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digest_that_is_followed_is_warned_of()
    {
        await using var production = await StartAsync($$"""
            {{Updater}}
              - namePattern: shop
                images: [ { alias: api, imageName: "shop/api:stable", commonUpdateSettings: { updateStrategy: digest } } ]
            """);

        var output = await production.RunAsync("Suspend-ImageUpdate shop -Tag stable -Confirm:$false");

        Assert.Contains(output.Warnings, warning => warning.Contains("follow a tag's digest", StringComparison.Ordinal));
    }

    private static async Task<GitOpsProduction> StartAsync(string? updater, string annotations = "annotations: {}")
    {
        var production = await GitOpsProduction.StartAsync();
        foreach (var name in (string[])["shop", "cart"])
        {
            production.Cluster.Operator.Apply(Tests.Practice.ArgoCd.ArgoPractice.Application(name)
                .Replace("namespace: argocd }", $"namespace: argocd, {annotations.Trim()} }}", StringComparison.Ordinal));
        }

        if (updater is not null) production.Cluster.Operator.Apply(updater);
        return production;
    }

    private static async Task<IReadOnlyList<string>> FightsAsync(GitOpsProduction production) =>
        (await production.RunAsync("Get-ArgoApplication shop")).OrThrow().Of<ApplicationReport>().Single().Interference;

    private static string Spec(GitOpsProduction production) => production.Find("updater", ArgoResources.ImageUpdaters)["spec"]!.ToJsonString();

    private static List<IReadOnlyList<string>> Ignored(GitOpsProduction production, string application) =>
    [
        .. CustomResourceSettings.Read(production.Cluster.Store.Find(ArgoResources.ImageUpdaters, "argocd", "updater")!,
                production.Cluster.Store.List(ArgoResources.Applications, "argocd").Items)
            .Single(managed => managed.Application.Name == application).Images.Select(image => (IReadOnlyList<string>)[.. image.Settings.IgnoreTags ?? []]),
    ];
}
