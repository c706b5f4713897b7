using System.ComponentModel;
using System.Diagnostics;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Processes;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Runs the git executable for one repository: as its user configured it, except that it cannot ask, speaks English, runs no
/// hooks of ours and never sees a credential in an argument.
/// </summary>
internal sealed class GitProgram(HostEnvironment host, string? directory, ChildSettings settings)
{
    // What the caller's shell says about another repository. `git rev-parse --local-env-vars` names them.
    private static readonly string[] OtherRepository =
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
        "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_QUARANTINE_PATH", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_TRACE_CURL",
        "GIT_CURL_VERBOSE", "GIT_TRACE_PACKET",
    ];

    public async Task<GitAnswer> RunAsync(GitCall call, CancellationToken cancellation)
    {
        BoundedOutput output = new(call.Limit);
        OutputTail errors = new(lines: 200, lineLength: 1000);
        ChildOutcome outcome;
        try
        {
            outcome = await ChildProcess.RunAsync(Start(call), call.Input, call.Timeout, output.ReadAsync, errors.ReadAsync, host.Time, cancellation)
                .ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            throw Configuration.Error($"git cannot be started: {error.Message}.", inner: error);
        }

        IReadOnlyList<string> said = [.. errors.Lines.Select(line => GitText.Redact(GitText.Printable(line), settings.Secrets)).Where(line => line.Trim().Length > 0)];
        if (outcome.TimedOut)
        {
            throw new EstateException(EstateErrorKind.Unreachable, $"{call.What} was ended after {call.Timeout.TotalMinutes:0} min without an end.{Said(said)}")
            {
                Request = call.What,
            };
        }

        if (outcome.Aborted) throw new EstateException(EstateErrorKind.Server, $"{call.What} said more than {call.Limit / 1024 / 1024} MB.") { Request = call.What };
        return outcome.ExitCode == 0 || call.Answers.Contains(outcome.ExitCode)
            ? new GitAnswer(outcome.ExitCode, output.Bytes, said)
            : throw GitFailure.Of(call.What, said);
    }

    private static string Said(IReadOnlyList<string> lines) => lines.Count == 0 ? "" : $" It said: {lines[^1]}";

    private ProcessStartInfo Start(GitCall call)
    {
        var program = SearchPath.Find("git", host.Variable("PATH"))
            ?? throw Configuration.Error("git is not on PATH.", "Install Git 2.38 or newer.");
        string[] options =
        [
            .. directory is null ? (string[])[] : ["--git-dir", directory],
            "-c", "core.hooksPath=" + (OperatingSystem.IsWindows() ? "NUL" : "/dev/null"),
            "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.fsync=none",
            "-c", "user.useConfigOnly=true", "-c", "push.recurseSubmodules=no", "-c", "push.followTags=false", "-c", "fetch.recurseSubmodules=no", "-c", "protocol.ext.allow=never",
        ];
        ProcessStartInfo start = new(program, [.. options, .. call.Arguments]) { WorkingDirectory = directory ?? Path.GetTempPath() };
        foreach (var name in OtherRepository) start.Environment.Remove(name);
        start.Environment["HOME"] = host.HomeDirectory;
        if (host.Value("XDG_CONFIG_HOME") is { } xdg) start.Environment["XDG_CONFIG_HOME"] = xdg;
        else start.Environment.Remove("XDG_CONFIG_HOME");
        start.Environment["LC_ALL"] = "C";
        start.Environment["LANGUAGE"] = "C";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:file";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_LITERAL_PATHSPECS"] = "1";
        settings.AddTo(start.Environment);
        return start;
    }
}
