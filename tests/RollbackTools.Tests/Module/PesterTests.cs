using System.Diagnostics;
using System.Text.Json;

namespace RollbackTools.Tests.Module;

/// <summary>Runs by itself: a whole second suite with estates of its own, on the same two cores, is no neighbour for timing-sensitive tests.</summary>
[CollectionDefinition("Pester", DisableParallelization = true)]
public sealed class PesterRunsAlone;

/// <summary>Runs tests/RollbackTools.Module.Tests in a real PowerShell, against the module as staged.</summary>
[Collection("Pester")]
public sealed class PesterTests
{
    private const int NoPester = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_staged_module_passes_its_Pester_suite_in_a_real_pwsh()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var results = Path.GetTempFileName();
        using var pwsh = Start(results);
        if (pwsh is null)
        {
            Skip("there is no pwsh on the PATH");
            return;
        }

        try
        {
            var output = pwsh.StandardOutput.ReadToEndAsync(cancellation);
            var errors = pwsh.StandardError.ReadToEndAsync(cancellation);
            await pwsh.WaitForExitAsync(cancellation).WaitAsync(Limit, cancellation);
            if (pwsh.ExitCode == NoPester) Skip("this pwsh has no Pester 5.3 or newer");

            var tests = (await File.ReadAllLinesAsync(results, cancellation)).Select(line => JsonSerializer.Deserialize<PesterTest>(line)!).ToList();
            var failed = tests.Where(test => test.Result is not ("Passed" or "Skipped" or "NotRun"))
                .Select(test => $"{test.Name}: {test.Message}").ToList();
            TestContext.Current.SendDiagnosticMessage("{0} Pester tests passed.", tests.Count(test => test.Result == "Passed"));
            Assert.True(failed.Count == 0, $"{failed.Count} of {tests.Count} Pester tests failed:\n{string.Join("\n", failed)}");
            Assert.True(tests.Any(test => test.Result == "Passed"), $"No Pester test ran.\n{await output}\n{await errors}");
            Assert.Equal(0, pwsh.ExitCode);
        }
        finally
        {
            if (!pwsh.HasExited) pwsh.Kill(entireProcessTree: true);
            File.Delete(results);
        }
    }

    /// <summary>In the results, and as one line on the console of `dotnet test`.</summary>
    private static void Skip(string why)
    {
        TestContext.Current.SendDiagnosticMessage("The Pester suite did not run: {0}.", why);
        Assert.Skip($"The Pester suite did not run: {why}.");
    }

    private static Process? Start(string results)
    {
        var suite = Path.Combine(Repository.Root, "tests", "RollbackTools.Module.Tests", "Invoke-ModuleTests.ps1");
        var start = new ProcessStartInfo("pwsh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-NoProfile", "-NonInteractive", "-File", suite, "-ResultPath", results, "-Output", "None"])
            start.ArgumentList.Add(argument);
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed record PesterTest(string Name, string Result, string? Message);
}
