using System.Diagnostics;
using System.Text;

namespace RollbackTools.Practice.Git;

/// <summary>
/// The real <c>git</c>, run as a server runs it: without the configuration, hooks and prompts of whoever started the practice.
/// Arguments go to it one by one, never through a shell.
/// </summary>
internal sealed class GitTool
{
    private const string Configuration = """
        [init]
            defaultBranch = main
        [user]
            name = practice
            email = practice@localhost
        [gc]
            auto = 0
        [maintenance]
            auto = false
        [core]
            fsync = none
        [safe]
            directory = *
        [advice]
            detachedHead = false
        """;

    private readonly string home;

    /// <param name="home">A directory of the host's own, in place of the user's.</param>
    private GitTool(string home) => this.home = home;

    /// <summary>The executable on PATH; null when there is none.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "git.exe" : "git")).FirstOrDefault(File.Exists);

    /// <summary>Throws <see cref="GitMissingException"/> when this machine has no git.</summary>
    public static GitTool In(string home)
    {
        if (Executable is null) throw new GitMissingException();
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Combine(home, "gitconfig"), Configuration);
        return new GitTool(home);
    }

    /// <summary>Starts it with all three streams in our hands.</summary>
    public Process Start(string directory, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(Executable!)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = home;
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(home, "gitconfig");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>
    /// Runs it to its end and returns what it printed, trimmed. Throws <see cref="GitException"/> with its last words when it fails.
    /// </summary>
    /// <param name="input">Writes what it reads from its standard input.</param>
    public async Task<string> RunAsync(
        string directory, IReadOnlyList<string> arguments, CancellationToken cancellation, Func<Stream, Task>? input = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(directory, arguments, environment);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await FeedAsync(process, input);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0) throw new GitException(arguments[0], process.ExitCode, (await error).Trim());
            return (await output).Trim();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task FeedAsync(Process process, Func<Stream, Task>? input)
    {
        try
        {
            if (input is not null) await input(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything: its exit code and its words say why.
        }
    }
}

/// <summary>git said no; the message is what it wrote to its standard error.</summary>
public sealed class GitException(string command, int exitCode, string error) : Exception(error)
{
    public string Command => command;

    public int ExitCode => exitCode;
}

/// <summary>This machine has no git.</summary>
public sealed class GitMissingException()
    : Exception("This practice estate keeps its manifests in real Git repositories: install git and put it on PATH.");
