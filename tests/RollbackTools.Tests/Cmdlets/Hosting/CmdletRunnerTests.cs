using System.Management.Automation;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Hosting;

public sealed class CmdletRunnerTests : IDisposable
{
    private readonly Session session = new(typeof(CountCommand), typeof(DoubleCommand), typeof(AskCommand), typeof(AskHighCommand), typeof(WaitCommand));

    public void Dispose() => session.Dispose();

    [Fact]
    public void Objects_stream_from_command_to_command()
    {
        var output = session.Run("Get-Count 3 | Get-Double").OrThrow();

        Assert.Equal([2, 4, 6], output.Of<int>());
        // Each number was doubled before the next one was counted.
        Assert.Equal(["count 1", "double 1", "count 2", "double 2", "count 3", "double 3"], output.Verbose);
    }

    [Fact]
    public void Everything_said_is_in_order_and_told_to_the_observer()
    {
        List<CommandEventKind> seen = [];
        session.Runner.Observer = said => seen.Add(said.Kind);

        var output = session.Run("Get-Count 1");

        Assert.Equal([CommandEventKind.Verbose, CommandEventKind.Output], seen);
        Assert.Equal(seen, output.Events.Select(said => said.Kind));
    }

    [Fact]
    public void A_terminating_error_ends_the_whole_pipeline()
    {
        var output = session.Run("Get-Count -1 | Get-Double");

        Assert.Equal("CannotCount", output.Failure?.ErrorId);
        Assert.Equal(ErrorCategory.InvalidOperation, output.Failure?.Category);
        Assert.Throws<CommandFailure>(() => output.OrThrow());
    }

    [Fact]
    public void A_later_commands_failure_ends_the_earlier_one_too()
    {
        var output = session.Run("Get-Count 1000 | Get-Double -FailAt 2");

        Assert.Equal("TooMuch", output.Failure?.ErrorId);
        Assert.Equal([2], output.Of<int>());
        Assert.DoesNotContain("count 4", output.Verbose);
    }

    [Fact]
    public void WhatIf_shows_and_does_nothing()
    {
        var output = session.Run("Invoke-Ask -WhatIf").OrThrow();

        Assert.Equal(["thing: do"], output.WhatIfs);
        Assert.Equal([Decision.WhatIf], output.Of<Decision>());
    }

    [Theory]
    [InlineData(true, Decision.GoAhead)]
    [InlineData(false, Decision.Declined)]
    public void A_scripted_answer_answers(bool yes, Decision decision)
    {
        session.Runner.Answer = _ => yes;

        var output = session.Run("Invoke-Ask -Confirm").OrThrow();

        Assert.Equal([decision], output.Of<Decision>());
        Assert.Equal(["do\non thing?"], output.Prompts);
    }

    [Fact]
    public void Medium_impact_asks_nobody_by_default_and_high_impact_does()
    {
        Assert.Equal([Decision.GoAhead], session.Run("Invoke-Ask").Of<Decision>());
        Assert.Equal("ConfirmationImpossible", session.Run("Invoke-AskHigh").Failure?.ErrorId);
        Assert.Equal([Decision.GoAhead], session.Run("Invoke-AskHigh -Confirm:$false").Of<Decision>());
    }

    [Fact]
    public void With_nobody_to_ask_the_error_says_what_to_write()
    {
        var failure = session.Run("Invoke-Ask -Confirm").Failure;

        Assert.Contains("use -Confirm:$false in unattended runs", failure?.Message, StringComparison.Ordinal);
        Assert.Contains("-Confirm:$false", failure?.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_ends_a_command_at_work_after_its_finally()
    {
        using CancellationTokenSource stop = new();
        session.Runner.Observer = said => { if (said.Value is "waiting") stop.Cancel(); };
        WaitCommand.Tidied = false;

        var output = session.Run("Wait-Forever", stop.Token);

        Assert.True(output.Stopped);
        Assert.Null(output.Failure);
        Assert.True(WaitCommand.Tidied);
    }

    [Fact]
    public void The_modules_own_cmdlets_are_all_there()
    {
        Assert.Superset(
            new HashSet<string>
            {
                "Get-ImageHistory", "Get-RollbackRun", "Invoke-ImageRollback", "Resume-RollbackRun", "Start-RollbackPractice",
                "Stop-RollbackPractice", "Test-RollbackHealth", "Undo-RollbackRun",
            },
            session.Runner.Commands.Select(command => command.Name).ToHashSet());
    }

    [Cmdlet(VerbsCommon.Get, "Count")]
    public sealed class CountCommand : RollbackCmdlet
    {
        [Parameter(Position = 0)]
        public int To { get; set; }

        protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
        {
            if (To < 0) throw new RollbackException("CannotCount", "no");
            for (var i = 1; i <= To; i++)
            {
                pipeline.Verbose($"count {i}");
                await pipeline.WriteAsync(i);
            }
        }
    }

    [Cmdlet(VerbsCommon.Get, "Double")]
    public sealed class DoubleCommand : RollbackCmdlet
    {
        [Parameter(ValueFromPipeline = true)]
        public int Number { get; set; }

        [Parameter]
        public int FailAt { get; set; }

        protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
        {
            if (Number == FailAt) throw new RollbackException("TooMuch", "no");
            pipeline.Verbose($"double {Number}");
            await pipeline.WriteAsync(Number * 2);
        }
    }

    [Cmdlet(VerbsLifecycle.Invoke, "Ask", SupportsShouldProcess = true)]
    public sealed class AskCommand : RollbackCmdlet
    {
        protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation) =>
            await pipeline.WriteAsync(await pipeline.ShouldProcessAsync("thing", "do"));
    }

    [Cmdlet(VerbsLifecycle.Invoke, "AskHigh", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
    public sealed class AskHighCommand : RollbackCmdlet
    {
        protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation) =>
            await pipeline.WriteAsync(await pipeline.ShouldProcessAsync("thing", "do"));
    }

    [Cmdlet(VerbsLifecycle.Wait, "Forever")]
    public sealed class WaitCommand : RollbackCmdlet
    {
        public static bool Tidied { get; set; }

        protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
        {
            try
            {
                pipeline.Verbose("waiting");
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                await Task.Yield();
                Tidied = true;
            }
        }
    }
}
