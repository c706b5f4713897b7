using System.Diagnostics;
using RollbackTools.Cmdlets.Practice;

namespace RollbackTools.Tests.Cmdlets.Practice;

/// <summary>Starts the practice program as a process of its own, as an operator's session does.</summary>
public sealed class RollbackPracticeCommandTests : IAsyncLifetime
{
    private readonly PracticeShell shell = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => shell.DisposeAsync();

    [Fact]
    public void Stop_without_saying_which_ends_all_that_this_user_has_running()
    {
        var estate = shell.Start("Start-RollbackPractice");

        shell.Runner.Run("Stop-RollbackPractice").OrThrow();

        Assert.False(PracticeShell.IsAlive(estate));
        Assert.False(File.Exists(estate.ReadyFile));
        Assert.False(File.Exists(estate.Kubeconfig));
    }

    [Fact]
    public void Deleting_its_ready_file_ends_it()
    {
        var estate = shell.Start("Start-RollbackPractice");

        File.Delete(estate.ReadyFile);

        Assert.True(SpinWait.SpinUntil(() => !PracticeShell.IsAlive(estate), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Stopping_what_is_gone_already_is_no_error()
    {
        var estate = shell.Start("Start-RollbackPractice");
        shell.Runner.Run("$estate | Stop-RollbackPractice").OrThrow();

        var again = shell.Runner.Run("$estate | Stop-RollbackPractice").OrThrow();

        Assert.Contains("was not running any more", Assert.Single(again.Verbose), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_merely_has_its_number_now_is_left_alone()
    {
        using var self = Process.GetCurrentProcess();
        shell.Runner.Variables["estate"] = new PracticeEstate { Name = "tomoda", ProcessId = self.Id, StartedAt = self.StartTime.AddHours(-1) };

        var output = shell.Runner.Run("$estate | Stop-RollbackPractice").OrThrow();
        shell.Runner.Variables.Remove("estate");

        Assert.Contains("was not running any more", Assert.Single(output.Verbose), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_starts_and_stops_nothing()
    {
        Assert.Empty(shell.Runner.Run("Start-RollbackPractice -WhatIf").OrThrow().Objects);
        var estate = shell.Start("Start-RollbackPractice");

        Assert.Contains($"process {estate.ProcessId}", Assert.Single(shell.Runner.Run("$estate | Stop-RollbackPractice -WhatIf").OrThrow().WhatIfs), StringComparison.Ordinal);

        Assert.True(PracticeShell.IsAlive(estate));
    }

    [Fact]
    public void One_that_is_not_ready_in_time_is_not_left_behind()
    {
        var output = shell.Runner.Run("Start-RollbackPractice -Timeout 1ms");

        Assert.Equal("PracticeNotReady", output.Failure?.ErrorId);
        Assert.Empty(Directory.GetFiles(shell.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void An_estate_there_is_none_of_is_refused()
    {
        Assert.Equal("ParameterArgumentValidationError", shell.Runner.Run("Start-RollbackPractice atlantis").Failure?.ErrorId);
    }
}
