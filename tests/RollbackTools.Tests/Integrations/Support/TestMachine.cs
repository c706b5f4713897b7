using System.Collections.Concurrent;
using System.Text;
using RollbackTools.Integrations;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Tests.Integrations.Support;

/// <summary>A pretend machine: its own home, environment and files, gone after the test.</summary>
internal sealed class TestMachine : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rollbacktools-").FullName;

    public ConcurrentDictionary<string, string> Variables { get; } = new();

    public List<string> Warnings { get; } = [];

    public string Home => _root;

    public HostEnvironment Host(TimeProvider? time = null) => new()
    {
        Variable = name => Variables.GetValueOrDefault(name),
        HomeDirectory = _root,
        ConfigurationDirectory = Path.Combine(_root, ".config"),
        ServiceAccountDirectory = Path.Combine(_root, "serviceaccount"),
        Time = time ?? TimeProvider.System,
    };

    public LiveEstateProvider Provider(TimeProvider? time = null) => new(Host(time));

    public IEstate Open(EstateOptions? options = null, TimeProvider? time = null) => Provider(time).Open(options ?? new EstateOptions(), Warnings.Add);

    public string Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public string Write(string path, byte[] bytes)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    /// <summary>Writes an executable shell script; skips the test where there is no shell.</summary>
    public string WriteScript(string path, string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts of this test are shell scripts.");
        var file = Write(path, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    /// <summary>Writes <c>~/.kube/config</c> for one server.</summary>
    public string WriteKubeconfig(Uri server, string? authorityPem, string user = "token: secret-token-1234", string cluster = "")
    {
        var authority = authorityPem is null ? "" : $"certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(authorityPem))}";
        return Write(".kube/config", $$"""
            apiVersion: v1
            kind: Config
            current-context: prod
            contexts:
            - name: prod
              context: { cluster: c, user: u, namespace: prod }
            clusters:
            - name: c
              cluster:
                server: {{server}}
                {{authority}}
                {{cluster.ReplaceLineEndings("\n    ")}}
            users:
            - name: u
              user:
                {{user.ReplaceLineEndings("\n    ")}}
            """);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
