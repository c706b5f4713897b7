using System.Text.RegularExpressions;
using RollbackTools.Cmdlets.Argo;
using RollbackTools.Cmdlets.Git;
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
    public void Every_command_that_a_text_tells_to_type_is_whole_and_gets_the_connection()
    {
        var texts = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Practice", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => SourceTexts.Of(File.ReadAllText(file))).ToList();
        var ours = typeof(EstateCmdlet).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(EstateCmdlet)))
            .Select(CommandMetadata.Of).OfType<CommandMetadata>().ToDictionary(command => command.Name);
        var commands = 0;

        foreach (var text in texts)
        {
            foreach (var said in Said().Matches(text).Where(said => ours.ContainsKey(said.Value)))
            {
                var rest = Rest().Match(text[(said.Index + said.Length)..]).Value;
                if (Begins().IsMatch(text[..said.Index]))
                {
                    commands++;
                    Assert.True(IsWhole(ours[said.Value], rest), $"this cannot be pasted: {said.Value}{rest} (in: {text})");
                    Assert.StartsWith($"{said.Value} -Context", Prod.In(said.Value + rest), StringComparison.Ordinal);
                }
                else
                {
                    Assert.False(HalfSaid().IsMatch(rest), $"half a command in a sentence: {said.Value}{rest} (in: {text})");
                }
            }

            Assert.Equal(Kubectl().Count(text), Regex.Count(Prod.In(text), "kubectl --(context prod|kubeconfig)"));
        }

        Assert.True(commands > 100, $"only {commands} commands were found");
    }

    [Theory]
    [InlineData("kubectl get pods -n x", "env KUBECONFIG={0} kubectl --context prod get pods -n x")]
    [InlineData("Look: kubectl config get-contexts", "Look: env KUBECONFIG={0} kubectl config get-contexts")]
    [InlineData("helm get manifest x", "env KUBECONFIG={0} helm --kube-context prod get manifest x")]
    public void Several_kubeconfigs_go_to_kubectl_and_helm_as_they_take_them(string text, string completed)
    {
        var files = string.Join(Path.PathSeparator, "/home/ann/one", "/home/ann/it's two");
        var next = NextCommands.Of(new EstateOptions { Context = "prod", Kubeconfig = files });
        var given = OperatingSystem.IsWindows() ? completed.Replace("env KUBECONFIG={0} ", "$env:KUBECONFIG = {0}; ", StringComparison.Ordinal) : completed;
        var whole = given.Replace("{0}", $"'{files.Replace("'", "''", StringComparison.Ordinal)}'", StringComparison.Ordinal);

        Assert.Equal(whole, next.In(text));
        Assert.Equal(whole, next.In(whole));
    }

    [Theory]
    [InlineData("Take it out of Git with Undo-GitCommit or Set-KustomizeImage.")]
    [InlineData("automated sync puts Git's version back (Invoke-ArgoRollback pauses that)")]
    [InlineData("Bring it back first (Undo-GitCommit, or kubectl apply), or name another.")]
    public void A_command_that_a_sentence_mentions_stays_as_it_is(string text) => Assert.Equal(text, Prod.In(text));

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

        session.Runner.Variables["found"] = new RollbackTools.Operations.Workloads.History.ImageRevision { Name = "nope", Kind = "Deployment", Namespace = "prod", Estate = "prod-eu" };
        var output = session.Run("$found | Get-ImageHistory");

        var errors = output.Errors.Append(output.Failure).Where(error => error?.RecommendedAction is { Length: > 0 }).ToList();
        Assert.NotEmpty(errors);
        foreach (var error in errors) Assert.Contains("--context prod-eu", error!.RecommendedAction, StringComparison.Ordinal);
    }

    // Every parameter is one of its own and has its value, and no words are left over.
    private static bool IsWhole(CommandMetadata command, string arguments)
    {
        if (arguments.IndexOfAny(['<', '\u2026']) >= 0 || arguments.TrimEnd().EndsWith('.') || arguments.TrimEnd().EndsWith(',')) return false;
        Queue<string> words = new(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var places = command.Parameters.Count(parameter => parameter.Sets.Values.Any(place => place.Position is not null));
        while (words.TryDequeue(out var word))
        {
            if (word == "-WhatIf" && command.SupportsShouldProcess) continue;
            if (!word.StartsWith('-'))
            {
                if (--places < 0) return false;
            }
            else if (command.Parameters.FirstOrDefault(parameter => parameter.Name == word[1..]) is not { } named
                || (!named.IsSwitch && !words.TryDequeue(out _)))
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"(?<![\w/-])[A-Z][a-z]+-[A-Z]\w+")]
    private static partial Regex Said();

    [GeneratedRegex(@"(?:^|[:;|] |\bthen )$")]
    private static partial Regex Begins();

    [GeneratedRegex(@"^[^;|\n]*")]
    private static partial Regex Rest();

    // What it is about right behind the name.
    [GeneratedRegex(@"^ +(?:-[A-Z]\w+ )?x\b")]
    private static partial Regex HalfSaid();

    [GeneratedRegex(@"(?:^|[:;|] |\bthen )kubectl (?:annotate|apply|auth|cluster-info|config|delete|describe|edit|get|logs|patch|rollout|scale) ")]
    private static partial Regex Kubectl();
}
