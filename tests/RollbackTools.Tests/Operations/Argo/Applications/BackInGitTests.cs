using System.Text.Json;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Operations.Argo.Applications;

public sealed class BackInGitTests
{
    private const string Good = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Plain = """ "repoURL": "https://git.example.com/shop.git", "path": "prod", "targetRevision": "main" """;

    [Fact]
    public void An_overlay_in_Git_goes_back_whole() =>
        Assert.Equal($"Invoke-ReleaseRollback argocd/shop -ToCommit {Good}", BackInGit.Commands(Application(Plain, "bbb"), Version(Plain)));

    [Fact]
    public void Images_in_the_spec_of_the_application_are_set_there()
    {
        var application = Application($$"""{{Plain}}, "kustomize": { "images": ["shop/api:2.0"] } """, Good);

        Assert.Equal("""kubectl patch application shop -n argocd --type merge -p '{"spec":{"source":{"kustomize":{"images":["shop/api:1.0"]}}}}'""",
            BackInGit.Commands(application, Version($$"""{{Plain}}, "kustomize": { "images": ["shop/api:1.0"] } """)));
        Assert.Equal("""kubectl patch application shop -n argocd --type merge -p '{"spec":{"source":{"kustomize":{"images":null}}}}'""",
            BackInGit.Commands(application, Version(Plain)));
    }

    [Theory]
    [InlineData(""" "repoURL": "https://charts.example.com", "chart": "shop", "targetRevision": "1.1.0" """)]
    [InlineData(""" "repoURL": "https://git.example.com/shop.git", "path": "prod", "helm": { "parameters": [{ "name": "password", "value": "x" }] } """)]
    public void Where_no_command_is_enough_none_is_named_and_no_value_is_shown(string source) =>
        Assert.Null(BackInGit.Commands(Application(Plain, Good), Version(source)));

    [Fact]
    public void Only_the_tags_that_are_left_are_kept_away_and_only_of_images_that_have_another_now()
    {
        var application = Application(Plain, Good);

        Assert.Equal("Suspend-ImageUpdate shop -Namespace argocd -Tag 'v2' -Image 'shop/api'", BackInGit.Suspend(
            application, ["shop/api:v2", "shop/api:v1", "shop/web:5", "shop/nightly:7"], ["shop/api:v1", "shop/web:5"]));
        Assert.Equal("Suspend-ImageUpdate shop -Namespace argocd", BackInGit.Suspend(application, ["shop/api:v2"], []));
        Assert.Equal("Suspend-ImageUpdate shop -Namespace argocd", BackInGit.Suspend(application, ["shop/api:latest"], ["shop/api:v1"]));
    }

    private static ApplicationVersion Version(string source) => new() { Sources = [Json($"{{ {source} }}")], Revisions = [Good] };

    private static ArgoApplication Application(string source, string compared) => new(new CustomResource(Json($$"""
        {
          "metadata": { "name": "shop", "namespace": "argocd" },
          "spec": { "source": { {{source}} } },
          "status": { "sync": { "revision": "{{compared}}" } }
        }
        """)));

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
