using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class ApplicationSetTests
{
    private static string Set(string names = "{ name: shop }, { name: cart }", string more = "") => $$$"""
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: { name: all, namespace: argocd }
        spec:
          generators: [{ list: { elements: [{{{names}}}] } }]
          template:
            metadata: { name: "{{name}}", annotations: { team: "{{name}}-team" } }
            spec:
              project: default
              source: { repoURL: "{{{FakeRepository.Url}}}", path: "{{name}}", targetRevision: main }
              destination: { server: "https://kubernetes.default.svc", namespace: prod }
              syncPolicy: { automated: { selfHeal: true } }
          {{{more}}}
        """;

    private static async Task<ArgoPractice> StartAsync(string more = "")
    {
        ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        argo.Git.Commit("cart", "");
        argo.Cluster.Operator.Apply(Set(more: more));
        await argo.Cluster.SettleAsync();
        return argo;
    }

    [Fact]
    public async Task It_makes_owned_applications_from_its_elements_and_removes_those_it_no_longer_has()
    {
        await using var argo = await StartAsync();
        Assert.Equal("shop-team", (string?)argo.App["metadata"]!["annotations"]!["team"]);
        var owner = argo.App["metadata"]!["ownerReferences"]!.AsArray().Single()!;
        Assert.Equal(("ApplicationSet", "all", true), ((string?)owner["kind"], (string?)owner["name"], (bool?)owner["controller"]));
        Assert.Equal("shop/api:1", argo.Image);
        Assert.NotNull(argo.Cluster.Store.Find(ArgoResources.Applications, "argocd", "cart"));

        argo.Cluster.Operator.Apply(Set("{ name: shop }"));
        await argo.Cluster.RunAsync(10);
        Assert.Null(argo.Cluster.Store.Find(ArgoResources.Applications, "argocd", "cart"));
    }

    [Fact]
    public async Task It_reverts_the_spec_and_the_annotations_but_leaves_operations_and_refreshes_alone()
    {
        await using var argo = await StartAsync();
        argo.Argo.ControllerDown = true;
        argo.Change(body =>
        {
            body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = false;
            body["metadata"]!["annotations"]!["saved"] = "gone";
            body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "hard";
            body["operation"] = JsonNode.Parse("""{"sync":{}}""");
        });
        await argo.Cluster.SettleAsync();

        Assert.Equal("""{"selfHeal":true}""", argo.App["spec"]!["syncPolicy"]!["automated"]!.ToJsonString());
        Assert.Null(argo.App["metadata"]!["annotations"]!["saved"]);
        Assert.Equal("hard", (string?)argo.App["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"]);
        Assert.NotNull(argo.App["operation"]);
    }

    [Theory]
    [InlineData("""ignoreApplicationDifferences: [{ jsonPointers: ["/spec/syncPolicy"] }]""", true)]
    [InlineData("""ignoreApplicationDifferences: [{ name: cart, jsonPointers: ["/spec/syncPolicy"] }]""", false)]
    [InlineData("syncPolicy: { applicationsSync: create-only }", true)]
    [InlineData("syncPolicy: { applicationsSync: create-delete }", true)]
    [InlineData("syncPolicy: { applicationsSync: create-update }", false)]
    public async Task A_paused_policy_survives_where_the_set_says_so(string more, bool survives)
    {
        await using var argo = await StartAsync(more);
        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = false);
        await argo.Cluster.RunAsync(300);
        Assert.Equal(survives, argo.App["spec"]!["syncPolicy"]!["automated"]!["enabled"] is not null);
    }

    [Fact]
    public async Task A_generator_that_is_not_served_takes_nothing_away()
    {
        await using var argo = await StartAsync();
        argo.Cluster.Store.Update(ArgoResources.ApplicationSets, "argocd", "all", body =>
            (body["spec"]!["generators"] = JsonNode.Parse("""[{"git":{}}]""")) is not null);
        await argo.Cluster.RunAsync(10);
        Assert.NotNull(argo.Cluster.Store.Find(ArgoResources.Applications, "argocd", "shop"));
    }

    [Fact]
    public async Task Create_only_deletes_nothing()
    {
        await using var argo = await StartAsync("syncPolicy: { applicationsSync: create-only }");
        argo.Cluster.Operator.Apply(Set("{ name: shop }", "syncPolicy: { applicationsSync: create-only }"));
        await argo.Cluster.RunAsync(10);
        Assert.NotNull(argo.Cluster.Store.Find(ArgoResources.Applications, "argocd", "cart"));
    }

    [Fact]
    public async Task Annotations_named_as_preserved_are()
    {
        await using var argo = await StartAsync("preservedFields: { annotations: [saved] }");
        argo.Change(body => body["metadata"]!["annotations"]!["saved"] = "kept");
        await argo.Cluster.SettleAsync();
        Assert.Equal("kept", (string?)argo.App["metadata"]!["annotations"]!["saved"]);
    }
}
