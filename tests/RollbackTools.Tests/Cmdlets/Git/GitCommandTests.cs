using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Integrations.Git;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Cmdlets.Git;

public sealed class GitCommandTests : IDisposable
{
    private const string Overlay = "k8s/prod";
    private const string File = Overlay + "/kustomization.yaml";

    private readonly GitHost host = new();
    private readonly Session session = new();

    public GitCommandTests()
    {
        session.Provider.Prepare = estate => estate.Git = new GitClient(host.Machine.Host());
        host.Commit(File, "images:\n- name: repo/api\n  newTag: v1\n", "v1");
        host.Commit(File, "images:\n- name: repo/api\n  newTag: v2\n", "v2");
    }

    public void Dispose()
    {
        session.Dispose();
        host.Dispose();
    }

    [Theory]
    [InlineData("repo/api -Tag v1")]
    [InlineData("repo/api:v1")]
    [InlineData("api -Tag v1")]
    public void An_image_is_set_by_whatever_people_call_it(string image)
    {
        var result = Assert.Single(session.Run($"Set-KustomizeImage {image} -Overlay {Overlay} -Repository {host.Url} -Reason x").OrThrow().Of<GitChange>());

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Contains("newTag: v1", host.Show(File));
    }

    [Fact]
    public void No_cluster_is_opened_for_it()
    {
        session.Run($"Set-KustomizeImage repo/api -Tag v1 -Overlay {Overlay} -Repository {host.Url}").OrThrow();

        Assert.All(session.Provider.Opened, options => Assert.True(options.WithoutCluster));
    }

    [Theory]
    [InlineData("environments: { prod: { git: { repositry: x } } }", "Configuration")]
    [InlineData("environments: [", "Configuration")]
    [InlineData("environments: { staging: {} }", "EnvironmentNotFound")]
    [InlineData("environments: { prod: { namespace: prod } }", "RepositoryNotNamed")]
    public void A_mistake_in_the_environment_file_is_the_same_error_as_everywhere(string text, string errorId)
    {
        var file = host.Machine.Write("rollback.yaml", text);
        session.Provider.EnvironmentFiles = path => host.Machine.Provider().FindEnvironmentFile(path, host.Machine.Home);

        foreach (var command in (string[])["Undo-GitCommit ~0", $"Set-KustomizeImage api -Tag v1 -Overlay {Overlay}", "Get-ReleaseTag"])
        {
            var output = session.Run($"{command} -Environment prod -EnvironmentFile {file}");

            Assert.Equal(errorId, (output.Failure ?? output.Errors.Single()).ErrorId);
        }
    }

    [Fact]
    public void The_number_of_a_deployment_is_not_taken_for_a_commit()
    {
        var tip = host.Tip();

        var output = session.Runner.Run([Invocation.Values(new ArgoHistoryEntry { Id = 1, Name = "shop" }), Invocation.Of("Undo-GitCommit").With("Repository", host.Url)], TestContext.Current.CancellationToken);

        Assert.NotNull(output.Failure ?? output.Errors.FirstOrDefault());
        Assert.Equal(tip, host.Tip());
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_to_be_missing()
    {
        var output = session.Run("Set-KustomizeImage repo/api -Tag v1 -Path no/such/kustomization.yaml");

        var error = output.Failure ?? output.Errors.Single();
        Assert.Equal("NotFound", error.ErrorId);
        Assert.Contains("no/such/kustomization.yaml", error.Message);
    }

    [Fact]
    public void An_environment_says_where()
    {
        session.Provider.File = new EnvironmentFile("/x/rollback.yaml", new Dictionary<string, EnvironmentSettings>
        {
            ["prod"] = new() { Name = "prod", Git = new GitSettings { Repository = host.Url, Branch = "main", Overlay = Overlay } },
        });

        var result = Assert.Single(session.Run("Set-KustomizeImage repo/api -Tag v1 -Environment prod").OrThrow().Of<GitChange>());

        Assert.Equal(("prod", RollbackOutcome.Changed), (result.Estate, result.Outcome));
    }

    [Fact]
    public void Of_a_piped_revision_the_image_is_meant()
    {
        session.Provider.Furnish = cluster => cluster.Deployment("api", "prod", broken: true, "repo/api:v1", "repo/api:v2");

        session.Run($"Get-ImageHistory api | Set-KustomizeImage -Overlay {Overlay} -Repository {host.Url}").OrThrow();

        Assert.Contains("newTag: v1", host.Show(File)); // The older one comes last.
    }

    [Theory]
    [InlineData("Set-KustomizeImage repo/api -Overlay k8s/prod", "NothingToSet")]
    [InlineData("Set-KustomizeImage repo/api -Tag v1", "OverlayNotNamed")]
    [InlineData("Set-KustomizeImage nope -Tag v1 -Overlay k8s/prod", "ImageNotInKustomization")]
    [InlineData("Set-KustomizeImage repo/api -Tag v1 -Overlay ../x", "InvalidValue")]
    [InlineData("Set-KustomizeImage repo/api -Tag v1 -Overlay k8s/prod -Branch=-x", "InvalidValue")]
    [InlineData("Set-KustomizeImage repo/api -Tag v1 -Overlay k8s/prod -Branch gone", "NotFound")]
    [InlineData("Undo-GitCommit ffffffff", "NotFound")]
    public void What_cannot_be_done_has_its_own_error(string line, string errorId)
    {
        var before = host.Tip();

        var output = session.Run($"{line.Replace("-Branch=-x", "-Branch '-x'", StringComparison.Ordinal)} -Repository {host.Url}");

        Assert.Equal(errorId, output.Failure?.ErrorId ?? Assert.Single(output.Errors).ErrorId);
        Assert.Equal(before, host.Tip());
    }

    [Fact]
    public void A_commit_is_undone_and_redone()
    {
        var result = Assert.Single(session.Run($"Undo-GitCommit ~0 -Repository {host.Url} -Reason x").OrThrow().Of<GitChange>());

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains("newTag: v1", host.Show(File));
    }

    [Fact]
    public void Release_tags_are_listed()
    {
        host.Git(host.Copy, "tag", "release/v1");
        host.Git(host.Copy, "push", "--quiet", "--tags", "origin");

        var tag = Assert.Single(session.Run($"Get-ReleaseTag -Repository {host.Url} -Overlay {Overlay}").OrThrow().Of<ReleaseTag>());

        Assert.Equal(("release/v1", true, "v2"), (tag.Name, tag.Current, tag.Subject));
    }

    [Fact]
    public void Without_a_repository_the_working_copy_one_stands_in_is_meant()
    {
        session.Runner.CurrentDirectory = Path.Combine(host.Copy, "k8s");

        var result = Assert.Single(session.Run($"Set-KustomizeImage repo/api:v1 -Overlay {Overlay}").OrThrow().Of<GitChange>());

        Assert.Equal(host.Url, result.Repository);
        Assert.Contains("pull", result.NextStep);
    }

    [Fact]
    public void Tab_offers_what_was_pinned_before_and_where()
    {
        session.Services.Provider.ToString();
        Assert.Equal(["v1"], Offers(new PinnedTagCompleter(), ("Image", "api"), ("Overlay", Overlay)));
        Assert.Equal([Overlay], Offers(new OverlayCompleter()));
        Assert.Equal(2, Offers(new CommitCompleter()).Count);

        List<string> Offers(GitCompleter completer, params (string Name, string Value)[] bound)
        {
            var line = bound.Append(("Repository", host.Url)).ToDictionary(pair => pair.Item1, pair => pair.Item2);
            RollbackTools.Cmdlets.Shared.Completion.CompletionRequest request = new(session.Services, new object(), "", line, () => session.Folder);
            // It answers in time or at the next Tab.
            for (var attempt = 0; ; attempt++)
            {
                var found = completer.Suggest(request).Select(offer => offer.Text).ToList();
                if (found.Count > 0 || attempt > 20) return found;
            }
        }
    }
}
