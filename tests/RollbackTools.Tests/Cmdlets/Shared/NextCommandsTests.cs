using System.Text.RegularExpressions;
using RollbackTools.Cmdlets.GitOps;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Images;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Module;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed partial class NextCommandsTests : IDisposable
{
    private static readonly NextCommands Prod = NextCommands.Of(new EstateOptions { Context = "prod", Kubeconfig = "/home/ann/it's prod" });

    private readonly Session session = new();

    public NextCommandsTests() => session.Provider.Furnish = cluster => cluster.Deployment("api", "prod", false, "a:1");

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("Get-ImageHistory api -Namespace x", "Get-ImageHistory -Context prod -Kubeconfig '/home/ann/it''s prod' api -Namespace x")]
    [InlineData("When it is safe: Resume-Workload api", "When it is safe: Resume-Workload -Context prod -Kubeconfig '/home/ann/it''s prod' api")]
    [InlineData("kubectl get pods -n x", "kubectl --context prod --kubeconfig '/home/ann/it''s prod' get pods -n x")]
    [InlineData("kubectl config get-contexts", "kubectl --kubeconfig '/home/ann/it''s prod' config get-contexts")]
    [InlineData("helm get manifest x", "helm --kube-context prod --kubeconfig '/home/ann/it''s prod' get manifest x")]
    [InlineData("Get-ImageHistory api -Context other", "Get-ImageHistory -Kubeconfig '/home/ann/it''s prod' api -Context other")]
    [InlineData("Resume-RollbackRun 20260101-000000-abcd", "Resume-RollbackRun 20260101-000000-abcd")]
    [InlineData("Get-Help Test-RollbackHealth -Examples", "Get-Help Test-RollbackHealth -Examples")]
    [InlineData("Add -Context or -Environment", "Add -Context or -Environment")]
    [InlineData("argocd app diff api", "argocd app diff api")]
    [InlineData("kubectl refuses that too", "kubectl refuses that too")]
    [InlineData("Undo-GitCommit 4f2a91c", "Undo-GitCommit 4f2a91c")]
    public void A_command_in_a_text_gets_what_it_lacks(string text, string completed)
    {
        Assert.Equal(completed, Prod.In(text));
        Assert.Equal(completed, Prod.In(Prod.In(text)));
    }

    [Fact]
    public void Each_command_of_a_pipeline_has_a_connection_of_its_own() => Assert.Equal(
        "Get-ImageHistory -Context prod api | Where-Object Revision -eq 3 | Invoke-ImageRollback -Context prod",
        NextCommands.Of(new EstateOptions { Context = "prod" }).In("Get-ImageHistory api | Where-Object Revision -eq 3 | Invoke-ImageRollback"));

    [Fact]
    public void Whoever_was_acted_as_is_carried_and_a_token_never_is()
    {
        using GetArgoHistoryCommand command = new() { As = "bob", AsGroup = ["dev", "ops team"], ArgoServer = "https://argo.example", ArgoToken = new System.Security.SecureString() };

        Assert.Equal("Get-ArgoHistory -As bob -AsGroup dev,'ops team' -ArgoServer https://argo.example api", NextCommands.Of(command).In("Get-ArgoHistory api"));
        Assert.Equal("Get-ImageHistory -As bob -AsGroup dev,'ops team' api", NextCommands.Of(command).In("Get-ImageHistory api"));
    }

    [Fact]
    public void A_repository_is_carried_without_a_password_in_it()
    {
        using UndoGitCommitCommand command = new() { Repository = "https://ann:SECRET@git.example/shop", Branch = "main" };

        Assert.Equal("Undo-GitCommit -Repository https://git.example/shop -Branch main 4f2a91c", NextCommands.Of(command).In("Undo-GitCommit 4f2a91c"));
    }

    [Fact]
    public void The_namespace_goes_to_commands_about_workloads_only()
    {
        using GetImageHistoryCommand command = new() { Context = "prod" };

        Assert.Equal("Invoke-ImageRollback -Context prod -Namespace shop api; Get-ArgoApplication -Context prod api",
            NextCommands.Of(command, "shop").In("Invoke-ImageRollback api; Get-ArgoApplication api"));
    }

    [Fact]
    public void Every_command_that_the_source_tells_to_type_gets_the_connection()
    {
        var texts = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Practice", StringComparison.Ordinal))
            .SelectMany(File.ReadLines).Where(line => Suggested().IsMatch(line)).ToList();
        Assert.True(texts.Count > 100, $"only {texts.Count} suggestions were found");
        var ours = typeof(EstateCmdlet).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(EstateCmdlet)))
            .Select(CommandMetadata.Of).OfType<CommandMetadata>().Select(command => command.Name).ToHashSet();

        foreach (var text in texts)
        {
            var completed = Prod.In(text);
            foreach (Match said in Said().Matches(completed).Where(said => ours.Contains(said.Groups["command"].Value)))
                Assert.True(said.Groups["next"].Value is "-Context", $"{said.Groups["command"].Value} acts on another cluster: {completed.Trim()}");
            Assert.Equal(Kubectl().Count(text), Regex.Count(completed, "kubectl --(context prod|kubeconfig)"));
        }
    }

    [Fact]
    public void Every_report_that_has_a_next_step_is_completed()
    {
        var reports = typeof(RollbackResult).Assembly.GetExportedTypes()
            .Where(type => type.GetProperty("NextStep") is not null && type != typeof(RollbackException) && type != typeof(Verdict)).ToList();

        Assert.NotEmpty(reports);
        foreach (var type in reports)
        {
            var report = Activator.CreateInstance(type)!;
            type.GetProperty("NextStep")!.SetValue(report, "Get-ImageHistory api");
            Assert.Equal(Prod.In("Get-ImageHistory api"), type.GetProperty("NextStep")!.GetValue(Prod.In(report)));
        }
    }

    [Theory]
    [InlineData("Get-ImageHistory nope -Context prod-eu", "--context prod-eu")]
    [InlineData("Get-ImageHistory nope -Context \"it's\" -As bob", "--context 'it''s' --as bob")]
    [InlineData("Invoke-ImageRollback nope -Context prod-eu -Confirm:$false", "--context prod-eu")]
    [InlineData("Invoke-ImageRollback -Selector app=nope -Context prod-eu -Confirm:$false", "--context prod-eu")]
    [InlineData("Invoke-ImageRollback api -Selector app=api -Context prod-eu", "-Context prod-eu")]
    [InlineData("Test-RollbackHealth nope -Context prod-eu", "prod-eu")]
    public void What_is_recommended_acts_where_the_command_acted(string line, string said)
    {
        var output = session.Run(line);

        var recommended = output.Errors.Append(output.Failure).Select(error => error?.RecommendedAction)
            .Concat(output.Of<RollbackTools.Operations.Health.HealthCheck>().Select(check => check.NextStep)).Where(text => !string.IsNullOrEmpty(text)).ToList();
        Assert.NotEmpty(recommended);
        foreach (var text in recommended) Assert.Contains(said.TrimStart('-'), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_was_named_nothing_is_added()
    {
        var output = session.Run("Get-ImageHistory nope");

        Assert.DoesNotContain("--context", output.Errors.Append(output.Failure).First(error => error is not null)!.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_piped_carries_the_connection_that_it_came_by()
    {
        session.Run("Get-ImageHistory api -Context prod-eu").OrThrow();

        session.Runner.Variables["found"] = new RollbackTools.Operations.Images.ImageRevision { Name = "nope", Kind = "Deployment", Namespace = "prod", Estate = "prod-eu" };
        var output = session.Run("$found | Get-ImageHistory");

        var errors = output.Errors.Append(output.Failure).Where(error => error?.RecommendedAction is { Length: > 0 }).ToList();
        Assert.NotEmpty(errors);
        foreach (var error in errors) Assert.Contains("--context prod-eu", error!.RecommendedAction, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b(NextStep|Recommendation) =|EstateMismatch|\bnext\b.*(kubectl|Get-)")]
    private static partial Regex Suggested();

    [GeneratedRegex(@"(?<!Get-Help )\b(?<command>[A-Z][a-z]+-[A-Z]\w+)\b(?: (?<next>\S+))?")]
    private static partial Regex Said();

    [GeneratedRegex(@"\bkubectl (?:annotate|apply|auth|config|delete|describe|edit|get|logs|patch|rollout|scale) ")]
    private static partial Regex Kubectl();
}
