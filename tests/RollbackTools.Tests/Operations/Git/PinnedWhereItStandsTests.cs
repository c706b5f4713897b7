using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Practice.Kustomize;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>An image is changed by the entry that sets it, wherever that stands; another one above it would hide all that comes later.</summary>
public sealed class PinnedWhereItStandsTests : IDisposable
{
    private const string Component = "k8s/components/images/kustomization.yaml";
    private const string Base = "k8s/base/kustomization.yaml";
    private const string IsComponent = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";

    private readonly GitSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task A_pin_in_a_component_is_changed_there_and_its_next_release_arrives()
    {
        KubectlKustomize.Need();
        Commit("resources: [../../base]\ncomponents: [../../components/images]\n", component: "images:\n- name: reg/orders # all of them\n  newTag: 2026.9.9\n");
        var overlay = _session.Host.Show(GitSession.File);

        var result = await _session.RunAsync(_session.Pin("2026.4.1", "reg/orders") with { Pin = new ImagePin { Name = "reg/orders", Tag = "2026.4.1", Add = true } });

        Assert.Equal((RollbackOutcome.Changed, "reg/orders:2026.9.9", "reg/orders:2026.4.1"), (result.Outcome, result.From, result.To));
        Assert.Equal(overlay, _session.Host.Show(GitSession.File));
        Assert.Equal($"{IsComponent}images:\n- name: reg/orders # all of them\n  newTag: 2026.4.1\n", _session.Host.Show(Component).Replace("\"", "", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.StartsWith($"{Component} sets reg/orders:2026.9.9, and is changed there: it lies outside", StringComparison.Ordinal));
        Assert.Equal("reg/orders:2026.4.1", await RenderedAsync());

        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        Commit(overlay, component: "images:\n- name: reg/orders\n  newTag: 2026.10.0\n");
        Assert.Equal("reg/orders:2026.10.0", await RenderedAsync());
        Assert.Equal(RollbackOutcome.Changed, (await _session.RunAsync(_session.Pin("2026.4.1", "reg/orders"))).Outcome);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await _session.RunAsync(_session.Pin("2026.4.1", "reg/orders"))).Outcome);
    }

    [Fact]
    public async Task An_overlay_that_only_renames_an_image_leaves_the_version_to_the_component()
    {
        KubectlKustomize.Need();
        Commit("resources: [../../base]\ncomponents: [../../components/images]\nimages:\n- name: reg/orders\n  newName: mirror/orders\n", component: "images:\n- name: reg/orders\n  newTag: v2\n");

        var result = await _session.RunAsync(_session.Pin("v1", "mirror/orders"));

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show(Component));
        Assert.DoesNotContain("newTag", _session.Host.Show(GitSession.File));
        Assert.Equal("mirror/orders:v1", await RenderedAsync());
    }

    [Fact]
    public async Task An_entry_of_the_overlay_whose_name_has_the_bases_tag_is_the_one_that_decides()
    {
        KubectlKustomize.Need();
        Commit("resources: [../../base]\ncomponents: [../../components/images]\nimages:\n- name: reg/orders:base\n  newTag: v2\n", component: "images:\n- name: reg/other\n  newTag: v2\n", image: "reg/orders:base");

        var result = await _session.RunAsync(new KustomizeImageRequest
        {
            Repository = _session.Host.Url, Overlay = GitSession.Overlay, Pin = new ImagePin { Name = "reg/orders", Tag = "v1", Running = "reg/orders:v2", Add = true },
        });

        Assert.Equal(("reg/orders:v2", "reg/orders:v1"), (result.From, result.To));
        Assert.Contains("- name: reg/orders:base\n  newTag: v1\n", _session.Host.Show(GitSession.File));
        Assert.Equal("reg/orders:v1", await RenderedAsync());
    }

    [Fact]
    public async Task An_entry_that_is_shadowed_is_not_the_one_that_is_changed()
    {
        KubectlKustomize.Need();
        Commit("resources: [../../base]\ncomponents: [../../components/images]\nimages:\n- name: reg/orders\n  newTag: v3\n", component: "images:\n- name: reg/orders\n  newTag: v2\n");

        var result = await _session.RunAsync(_session.Pin("v1", "reg/orders"));

        Assert.Equal("reg/orders:v3", result.From);
        Assert.Contains("newTag: v2", _session.Host.Show(Component));
        Assert.Contains(result.Warnings, warning => warning == $"{Component} also sets reg/orders:v2; what {GitSession.File} sets is applied after it.");
        Assert.Equal("reg/orders:v1", await RenderedAsync());
    }

    [Fact]
    public async Task An_entry_that_is_added_is_said_to_hide_what_the_manifests_and_other_repositories_say()
    {
        Commit("resources:\n- ../../base\n- https://git.example.com/team/base.git//k8s?ref=v1\n", image: "reg/orders:v2");

        var result = await _session.RunAsync(_session.Pin() with { Pin = new ImagePin { Name = "reg/orders", Tag = "v1", Add = true } });

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("has no effect, until that entry is removed", StringComparison.Ordinal)
            && warning.Contains("git.example.com/team/base.git", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_image_in_two_bases_goes_back_in_both()
    {
        _session.Host.Commit(
        [
            (GitSession.File, "resources: [../../a, ../../b]\n"),
            ("k8s/a/kustomization.yaml", "images:\n- name: reg/orders\n  newTag: v2\n"),
            ("k8s/b/kustomization.yaml", "images:\n- name: reg/orders\n  newTag: v2\n"),
        ]);

        Assert.Equal(RollbackOutcome.Changed, (await _session.RunAsync(_session.Pin("v1", "reg/orders"))).Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show("k8s/a/kustomization.yaml"));
        Assert.Contains("newTag: v1", _session.Host.Show("k8s/b/kustomization.yaml"));
        Assert.Equal("2", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));

        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        _session.Host.Commit("k8s/b/kustomization.yaml", "images:\n- name: reg/orders\n  newTag: v7\n");
        var torn = await _session.RunAsync(_session.Pin("v3", "reg/orders"));
        Assert.Equal("AmbiguousImage", torn.ErrorId);
        Assert.Contains("reg/orders:v7 in k8s/b/kustomization.yaml", torn.Message);
    }

    [Fact]
    public async Task What_a_component_pinned_before_is_known_from_its_own_commits()
    {
        Commit("components: [../../components/images]\n", component: "images:\n- name: reg/orders\n  newTag: v1\n");
        _session.Host.Commit(Component, IsComponent + "images:\n- name: reg/orders\n  newTag: v2\n", "promote v2");
        await using var estate = _session.Open(new() { EstateName = "prod" }, _ => { });
        var repository = await estate.Git.OpenAsync(_session.Host.Url, CancellationToken.None);
        var branch = await repository.ReadBranchAsync("main", CancellationToken.None);

        var (tag, until) = Assert.Single(await new PinHistory(repository, estate.Kustomize).ReadAsync(branch, GitSession.Overlay, "reg/orders", 8, CancellationToken.None));

        Assert.Equal(("v1", "promote v2"), (tag, until.Subject));
    }

    [Theory]
    [InlineData("my-agent", null, "AmbiguousImage")]
    [InlineData("my-agent:agent-1", null, "agent-1")]
    [InlineData("my-agent", "my-agent:agent-2", "agent-1")]
    [InlineData("my-agent:client-2", null, "client-1")]
    public async Task Of_two_entries_that_differ_in_the_tag_of_their_name_the_one_that_is_meant_is_changed(string name, string? running, string changed)
    {
        const string text = "images:\n- name: my-agent:agent-1\n  newTag: agent-2\n- name: my-agent:client-1\n  newTag: client-2\n";
        _session.Host.Commit(GitSession.File, text);

        var result = await _session.RunAsync(_session.Pin() with { Pin = new ImagePin { Name = name, Running = running, Tag = "good", Add = true } });

        if (changed == "AmbiguousImage")
        {
            Assert.Equal(changed, result.ErrorId);
            Assert.Contains("my-agent:agent-1, my-agent:client-1", result.Message);
            Assert.Equal(text, _session.Host.Show(GitSession.File));
            return;
        }

        Assert.Equal((RollbackOutcome.Changed, "my-agent:good"), (result.Outcome, result.To));
        Assert.Equal(text.Replace(changed.Replace("-1", "-2", StringComparison.Ordinal), "good", StringComparison.Ordinal), _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task Of_two_entries_of_one_name_the_last_decides_as_for_kubectl()
    {
        KubectlKustomize.Need();
        Commit("resources: [../../base]\nimages:\n- name: reg/orders\n  newTag: v2\n- name: reg/orders\n  newTag: v3\n");

        var result = await _session.RunAsync(_session.Pin("v1", "reg/orders"));

        Assert.Equal("reg/orders:v3", result.From);
        Assert.Equal("reg/orders:v1", await RenderedAsync());
        Assert.Contains("newTag: v2", _session.Host.Show(GitSession.File));
    }

    private void Commit(string overlay, string? component = null, string image = "reg/orders") => _session.Host.Commit(
    [
        (GitSession.File, overlay),
        (Component, component is null ? null : IsComponent + component),
        (Base, "resources: [d.yaml]\n"),
        ("k8s/base/d.yaml", $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: orders }
            spec:
              selector: { matchLabels: { app: orders } }
              template:
                metadata: { labels: { app: orders } }
                spec: { containers: [ { name: app, image: "{{image}}" } ] }

            """),
    ]);

    private async Task<string> RenderedAsync()
    {
        var files = _session.Host.Git(_session.Host.Bare, "ls-tree", "-r", "--name-only", "main").Split('\n').ToDictionary(path => path, path => _session.Host.Show(path));
        var (documents, error) = await KubectlKustomize.BuildAsync(files, GitSession.Overlay);
        Assert.True(documents is not null, error);
        return (string)Assert.Single(documents)["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;
    }
}
