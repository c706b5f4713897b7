using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Cmdlets.Practice;

/// <summary>Sets this process's KUBECONFIG, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(PracticeInSessionTests), DisableParallelization = true)]
public sealed class PracticeInSession;

[Collection(nameof(PracticeInSessionTests))]
public sealed class PracticeInSessionTests : IAsyncLifetime
{
    private readonly PracticeShell shell = new();
    private readonly string? before = Environment.GetEnvironmentVariable("KUBECONFIG");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await shell.DisposeAsync();
        Environment.SetEnvironmentVariable("KUBECONFIG", before);
    }

    [Fact]
    public void Used_in_the_session_the_other_commands_mean_it_until_it_is_stopped()
    {
        var estate = shell.Start("Start-RollbackPractice tomoda -UseInSession");

        Assert.Equal("tomoda", estate.Name);
        Assert.StartsWith("https://127.0.0.1:", estate.Server, StringComparison.Ordinal);
        Assert.NotEmpty(estate.Services);
        Assert.Equal(estate.Kubeconfig, Environment.GetEnvironmentVariable("KUBECONFIG"));
        Assert.NotEmpty(shell.Runner.Run("Get-ImageHistory backend").OrThrow().Of<ImageRevision>());

        shell.Runner.Run("$estate | Stop-RollbackPractice").OrThrow();

        Assert.False(PracticeShell.IsAlive(estate));
        Assert.Equal(before, Environment.GetEnvironmentVariable("KUBECONFIG"));
    }

    [Fact]
    public void One_with_Argo_CD_is_reached_over_its_cluster_and_over_its_API_by_the_names_of_its_environments()
    {
        RealGit.Need();
        var environments = Environment.GetEnvironmentVariable("ROLLBACKTOOLS_CONFIG");

        var estate = shell.Start("Start-RollbackPractice bookstore -UseInSession");

        Assert.StartsWith("http://127.0.0.1:", (string)estate.Repositories["bookstore/platform"]!, StringComparison.Ordinal);
        var token = File.ReadAllText(estate.ArgoTokenFile);
        Assert.DoesNotContain(token, estate.ToString() + File.ReadAllText(estate.ReadyFile) + File.ReadAllText(estate.EnvironmentFile), StringComparison.Ordinal);
        foreach (var environment in (string[])["prod", "prod-api"])
        {
            var history = shell.Runner.Run($"Get-ArgoHistory -Environment {environment}").OrThrow().Of<ArgoHistoryEntry>();
            Assert.Equal("bookstore 2026.4.1", history[0].Subject);
        }

        shell.Runner.Run("$estate | Stop-RollbackPractice").OrThrow();
        Assert.Equal((environments, (string?)null), (Environment.GetEnvironmentVariable("ROLLBACKTOOLS_CONFIG"), Environment.GetEnvironmentVariable("ARGOCD_AUTH_TOKEN")));
        Assert.False(File.Exists(estate.ArgoTokenFile), "the token was left behind");
    }

    [Theory]
    [InlineData(150, "You must install or update .NET to run this application. Framework: 'Microsoft.AspNetCore.App'", "RuntimeMissing")]
    [InlineData(1, "The estate 'tomoda' cannot start: the port is taken", "PracticeFailed")]
    public void One_that_cannot_start_says_why(int exitCode, string said, string errorId)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for dotnet is a shell script.");
        var dotnet = Path.Combine(shell.Folder, "dotnet");
        File.WriteAllText(dotnet, $"#!/bin/sh\necho \"{said}\" >&2\nexit {exitCode}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        Environment.SetEnvironmentVariable("DOTNET_ROOT", shell.Folder);
        try
        {
            var failure = shell.Runner.Run("Start-RollbackPractice").Failure;

            Assert.Equal(errorId, failure?.ErrorId);
            Assert.Contains(said, failure?.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOTNET_ROOT", root);
        }
    }
}
