using System.Diagnostics;
using System.Text;
using RollbackTools.Integrations.Git;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Git.Support;

/// <summary>A real bare repository, somebody who works on it with a working copy, and a machine of ours that reaches it.</summary>
internal sealed class GitHost : IDisposable
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? "git.exe" : "git")).FirstOrDefault(File.Exists);

    private readonly string _root = Directory.CreateTempSubdirectory("rollbacktools-git-").FullName;

    public GitHost(bool filters = true, string objectFormat = "sha1")
    {
        Assert.SkipWhen(Program is null, "There is no git on PATH.");
        Machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        Machine.Write(".gitconfig", "[user]\n\tname = Olga Oncall\n\temail = olga@example.com\n");
        Git(_root, "init", "--quiet", "--bare", $"--object-format={objectFormat}", "-b", "main", Bare);
        Git(Bare, "config", "uploadpack.allowFilter", filters ? "true" : "false");
        // Not a clone: that of an empty repository does not take over how ids are made.
        Git(_root, "init", "--quiet", $"--object-format={objectFormat}", "-b", "main", Copy);
        Git(Copy, "remote", "add", "origin", Bare);
    }

    public TestMachine Machine { get; } = new();

    public string Bare => Path.Combine(_root, "app.git");

    public string Copy => Path.Combine(_root, "copy");

    public string Url => new Uri(Bare).AbsoluteUri;

    /// <summary>Commits a file in the working copy and pushes it.</summary>
    public string Commit(string path, string text, string message = "change", string branch = "main") => Commit([(path, text)], message, branch);

    public string Commit(IEnumerable<(string Path, string? Text)> files, string message = "change", string branch = "main")
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(Copy, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (text is null) File.Delete(file);
            else File.WriteAllText(file, text);
        }

        Git(Copy, "add", "--all");
        Git(Copy, "commit", "--quiet", "--allow-empty", "-m", message);
        Git(Copy, "push", "--quiet", "origin", $"HEAD:refs/heads/{branch}");
        return Git(Copy, "rev-parse", "HEAD");
    }

    public string Git(string directory, params string[] arguments) => Run(directory, null, arguments);

    public string Run(string directory, string? input, params string[] arguments)
    {
        ProcessStartInfo start = new(Program!, arguments)
        {
            WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["HOME"] = _root;
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "Dev Eloper";
            start.Environment[$"GIT_{who}_EMAIL"] = "dev@example.com";
        }

        using var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {errors}");
        return output.TrimEnd('\n');
    }

    public string Tip(string branch = "main") => Git(Bare, "rev-parse", $"refs/heads/{branch}");

    public string Show(string path, string branch = "main") => Git(Bare, "show", $"{branch}:{path}") + "\n";

    /// <summary>A hook of the host: a shell script.</summary>
    public void Hook(string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The hooks of this test are shell scripts.");
        var file = Path.Combine(Bare, "hooks", name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Protect(string branch = "main") => Hook("update",
        $"if [ \"$1\" = refs/heads/{branch} ]; then echo 'GitLab: You are not allowed to push code to protected branches on this project.' >&2; exit 1; fi");

    public Task<IGitRepository> OpenAsync(string? location = null) => new GitClient(Machine.Host()).OpenAsync(location ?? Url, CancellationToken.None);

    public void Dispose()
    {
        Machine.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
