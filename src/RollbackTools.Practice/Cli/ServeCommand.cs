using System.CommandLine;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Git;
using Spectre.Console;

namespace RollbackTools.Practice.Cli;

/// <summary><c>serve</c>: an estate that stays up, for pwsh, kubectl or a browser.</summary>
internal static class ServeCommand
{
    public static Command Create(IAnsiConsole console)
    {
        Option<string> estate = new("--estate") { Description = "Which estate.", DefaultValueFactory = _ => EstateCatalogue.Names[0] };
        estate.AcceptOnlyFromAmong([.. EstateCatalogue.Names]);
        Option<string?> readyFile = new("--ready-file") { Description = "Write where everything is to this file, as JSON, once it answers; end when it is deleted." };
        Option<int> port = new("--port") { Description = "The API server's port; 0 takes a free one." };
        Option<int> seed = new("--seed") { Description = "Where all chance comes from.", DefaultValueFactory = _ => 1 };
        Option<int?> parent = new("--parent-process") { Description = "End when this process is gone.", Hidden = true };
        Command command = new("serve", "Start an estate and wait until Ctrl+C.") { estate, readyFile, port, seed, parent };
        command.SetAction((parsed, _) => RunAsync(
            console, parsed.GetValue(estate)!, parsed.GetValue(readyFile), parsed.GetValue(port), parsed.GetValue(seed), parsed.GetValue(parent)));
        return command;
    }

    /// <summary>Where everything is, and how to break it.</summary>
    public static void Describe(DrillScreen screen, PracticeCluster cluster)
    {
        var about = EstateCatalogue.Describe(cluster);
        screen.Heading($"Practice estate {about.Name}");
        screen.Line($"API server   {cluster.Url}");
        screen.Line($"Kubeconfig   {about.Kubeconfig}");
        screen.Line($"Environment  {about.EnvironmentFile}");
        foreach (var (name, url) in about.Services.OrderBy(service => service.Key, StringComparer.Ordinal)) screen.Line($"Service      {name}  {url}");
        if (about.GitOps is { } ops) Describe(screen, ops);
        screen.Line();
        screen.Line("Use it:");
        foreach (var line in about.GitOps is null ? UsePlain(about) : UseGitOps(about, about.GitOps)) screen.Line($"  {line}");
        screen.Line("Break it:");
        foreach (var hint in BreakHints.Of(about)) screen.Line($"  {hint}");
        screen.Line("Ctrl+C ends it.");
    }

    /// <summary>The token's file, never the token: a screen is read by others, and logged.</summary>
    private static void Describe(DrillScreen screen, DrillGitOps ops)
    {
        screen.Line($"Argo CD      {ops.Server.GetLeftPart(UriPartial.Authority)}");
        screen.Line($"  token in   {ops.TokenFile}");
        screen.Line($"  CA in      {ops.CaFile}");
        foreach (var (name, url) in ops.Repositories.OrderBy(one => one.Key, StringComparer.Ordinal)) screen.Line($"Git          {name}  {url}");
    }

    private static IEnumerable<string> UsePlain(DrillEstate estate) =>
    [
        $"PowerShell  $env:KUBECONFIG = '{estate.Kubeconfig}'; Get-ImageHistory -Namespace {estate.Namespace}",
        $"kubectl     kubectl --kubeconfig {estate.Kubeconfig} -n {estate.Namespace} get pods -w",
    ];

    private static IEnumerable<string> UseGitOps(DrillEstate estate, DrillGitOps ops) =>
    [
        $"PowerShell  $env:ROLLBACKTOOLS_CONFIG = '{estate.EnvironmentFile}'; Get-ArgoHistory -Environment {DrillEnvironment.Name}",
        $"kubectl     kubectl --kubeconfig {estate.Kubeconfig} -n {ops.Namespace} get applications -w",
        $"git         git clone {ops.Repository}",
        $"curl        curl --cacert {ops.CaFile} -H @<(printf 'Authorization: Bearer '; cat {ops.TokenFile}) {ops.Server.GetLeftPart(UriPartial.Authority)}/api/v1/applications",
    ];

    private static async Task<int> RunAsync(IAnsiConsole console, string name, string? readyFile, int port, int seed, int? parent)
    {
        using Termination termination = new(ignoreInterrupt: parent is not null);
        if (parent is { } id) termination.WhenGone(id);
        try
        {
            await using var cluster = await EstateCatalogue.StartAsync(name, seed, port, termination.Token);
            using var ready = readyFile is null ? null : ReadyFile.Write(readyFile, cluster, termination);
            Describe(new DrillScreen(console), cluster);
            await termination.WaitAsync();
            return ExitCodes.Success;
        }
        catch (Exception refused) when (refused is IOException or GitMissingException)
        {
            await Console.Error.WriteLineAsync($"The estate '{name}' cannot start: {refused.Message}");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (termination.Token.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
    }
}
