using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Practice.Estates;

/// <summary>What is true of every estate whose production is what Git says.</summary>
public abstract class GitOpsEstateTests
{
    protected GitOpsEstateTests(GitOpsEstateFixture estate)
    {
        RealGit.Need();
        Running = estate;
    }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected GitOpsEstateFixture Running { get; }

    [Fact]
    public void Every_application_is_synced_and_healthy_and_no_controller_failed()
    {
        Assert.All(Running.Cluster.Store.List(ArgoResources.Applications).Items, application => Assert.Equal(
            ("Synced", "Healthy"), ((string?)application.Read["status"]!["sync"]!["status"], (string?)application.Read["status"]!["health"]!["status"])));
        Assert.Empty(Running.Cluster.Faults);
    }

    [Fact]
    public async Task The_history_tells_of_each_deployment_the_images_that_Git_held()
    {
        var entries = Running.Run<ArgoHistoryEntry>("Get-ArgoHistory -Environment prod");

        Assert.InRange(entries.Count, 5, 10);
        foreach (var entry in entries) Assert.Equal(await Running.ImagesInGitAsync(entry.Revision, Stop), entry.Images);
        Assert.True(entries[0].Current && entries[0].CurrentFor > TimeSpan.FromDays(1), "production has changed by itself");
        Assert.Equal(entries[1].Id, Assert.Single(entries, entry => entry.IsDefaultTarget).Id);
    }

    [Fact]
    public async Task Argo_CDs_own_API_tells_the_commits_too_with_the_token_from_the_file()
    {
        var ops = Running.About.GitOps!;
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using HttpClient client = new(handler) { BaseAddress = ops.Server };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await File.ReadAllTextAsync(ops.TokenFile, Stop));

        var listed = JsonNode.Parse(await client.GetStringAsync("api/v1/applications", Stop))!;

        Assert.Contains(ops.Application, listed["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", await File.ReadAllTextAsync(ops.CaFile, Stop), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ops.TokenFile));
    }

    [Fact]
    public async Task Kubectl_sees_its_applications()
    {
        var table = await Running.KubectlAsync("get", "applications", "-n", "argocd");

        Assert.Matches($@"NAME +SYNC STATUS +HEALTH STATUS\n(.*\n)*{Running.Estate.Application} +Synced +Healthy", table);
    }
}
