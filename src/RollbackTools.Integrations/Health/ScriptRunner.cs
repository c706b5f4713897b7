using System.ComponentModel;
using System.Diagnostics;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Processes;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Health;

/// <summary>Runs an operator's smoke script: the file itself, its shebang's interpreter, or pwsh for a .ps1; never a shell.</summary>
internal sealed class ScriptRunner(HostEnvironment host) : IScriptRunner
{
    public async Task<ScriptResult> RunAsync(string path, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(arguments);
        var file = Path.GetFullPath(path);
        if (Directory.Exists(file)) throw Configuration.Error($"The script {file} is a directory.");
        if (!File.Exists(file)) throw Configuration.Error($"The script {file} does not exist.");

        var output = new OutputTail();
        var errors = new OutputTail();
        try
        {
            var outcome = await ChildProcess.RunAsync(Start(file, arguments), timeout, output.ReadAsync, errors.ReadAsync, host.Time, cancellation)
                .ConfigureAwait(false);
            return new ScriptResult(outcome.ExitCode, outcome.TimedOut, output.Lines, errors.Lines, outcome.Elapsed);
        }
        catch (Win32Exception error)
        {
            throw Configuration.Error($"The script {file} cannot be run: {error.Message}.", inner: error);
        }
    }

    private ProcessStartInfo Start(string file, IReadOnlyList<string> arguments)
    {
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".ps1":
                return new ProcessStartInfo(PowerShell(file), ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", file, .. arguments]);
            case ".cmd" or ".bat":
                // cmd.exe re-parses its arguments, so they could not be handed over as they are.
                throw Configuration.Error($"The script {file} is a batch file, which cannot be given arguments safely: use a .ps1.");
        }

        var runs = !OperatingSystem.IsWindows() || Path.GetExtension(file).Equals(".exe", StringComparison.OrdinalIgnoreCase);
        if (runs && SearchPath.IsProgram(file))
            return new ProcessStartInfo(file, arguments);
        var interpreter = Shebang.Read(file) ?? throw Configuration.Error(
            $"The script {file} is not executable and names no interpreter in its first line.",
            OperatingSystem.IsWindows() ? null : $"chmod +x {file}");
        return new ProcessStartInfo(Interpreter(interpreter.Program, file), [.. interpreter.Arguments, file, .. arguments]);
    }

    private string PowerShell(string file)
    {
        if (SearchPath.Find("pwsh", host.Variable("PATH")) is { } found) return found;
        // The module itself may run in a PowerShell that is on nobody's PATH.
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "pwsh"
            ? Environment.ProcessPath!
            : throw Configuration.Error($"The script {file} needs pwsh, which is not on PATH.");
    }

    private string Interpreter(string program, string file) => !OperatingSystem.IsWindows() && Path.IsPathRooted(program)
        ? program
        : SearchPath.Find(Path.GetFileName(program), host.Variable("PATH"))
            ?? throw Configuration.Error($"The script {file} needs {Path.GetFileName(program)}, which is not on PATH.");
}
