using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Processes;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>Runs a kubeconfig's exec plugin once: no shell, no standard input, bounded output, ended after a minute.</summary>
internal sealed class ExecPlugin
{
    private const int MaximumOutput = 1024 * 1024;

    private static readonly string[] Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    private readonly KubeExec _exec;
    private readonly string _user;
    private readonly string _info;
    private readonly HostEnvironment _host;
    private readonly TimeSpan _timeout;

    public ExecPlugin(KubeExec exec, string user, KubeCluster cluster, byte[]? authorityPem, HostEnvironment host, TimeSpan timeout)
    {
        _exec = exec;
        _user = user;
        _host = host;
        _timeout = timeout;
        Check(exec);
        _info = ExecCredentialWire.WriteInfo(exec, cluster, authorityPem);
    }

    public string Command => _exec.Command!;

    public async Task<ExecCredentialStatus> RunAsync(CancellationToken cancellation)
    {
        var output = new BoundedOutput(MaximumOutput);
        var errors = new OutputTail(lines: 10, lineLength: 400);
        ChildOutcome outcome;
        try
        {
            outcome = await ChildProcess.RunAsync(StartInfo(), _timeout, output.ReadAsync, errors.ReadAsync, _host.Time, cancellation)
                .ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            throw Failure($"cannot be started: {error.Message}.", errors, error);
        }

        if (outcome.TimedOut) throw Failure($"gave no credentials within {_timeout.TotalSeconds:0} s and was ended.", errors);
        if (outcome.Aborted) throw Failure($"printed more than {MaximumOutput / 1024} KB and was ended.", errors);
        if (outcome.ExitCode != 0) throw Failure($"failed with exit code {outcome.ExitCode}.", errors, kind: EstateErrorKind.Unauthenticated);
        return Read(output, errors);
    }

    private ExecCredentialStatus Read(BoundedOutput output, OutputTail errors)
    {
        ExecCredentialStatus status;
        try
        {
            status = ExecCredentialWire.ReadStatus(output.Bytes);
        }
        catch (JsonException)
        {
            // Without the inner exception: its text could quote what the plugin printed.
            throw Failure("did not print an ExecCredential with a status.", errors);
        }

        if (status.ApiVersion != _exec.ApiVersion)
            throw Failure($"printed an ExecCredential of another apiVersion than the configured {_exec.ApiVersion}.", errors);
        if (status.Token is null && status.ClientCertificate is null) throw Failure("printed neither a token nor a client certificate.", errors);
        if ((status.ClientCertificate is null) != (status.ClientKey is null))
            throw Failure("printed only one of clientCertificateData and clientKeyData.", errors);
        if (status.Token is not null && !TokenText.IsUsable(status.Token))
            throw Failure("printed a token that cannot be sent in a header.", errors);
        return status;
    }

    private ProcessStartInfo StartInfo()
    {
        var command = _exec.Command!;
        // As client-go: a command with a directory in it is relative to the kubeconfig, a bare name is looked up on PATH.
        var hasDirectory = command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        var program = hasDirectory ? PemFiles.Resolve(_exec.Fields, command) : SearchPath.Find(command, _host.Variable("PATH"));
        if (program is null) throw Failure("is not on PATH.", new OutputTail());
        var start = new ProcessStartInfo(program, _exec.Arguments);
        foreach (var (name, value) in _exec.Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = _info;
        return start;
    }

    private static void Check(KubeExec exec)
    {
        if (exec.Command is null) throw exec.Fields.Error("needs the field 'command'");
        if (exec.Environment.Any(pair => pair.Key.Length == 0)) throw exec.Fields.Error("has an entry without the field 'name'", "env");
        if (exec.ApiVersion is null) throw exec.Fields.Error("needs the field 'apiVersion'");
        if (!Versions.Contains(exec.ApiVersion))
            throw exec.Fields.Error($"must be {string.Join(" or ", Versions)}; the plugin's newer release writes that", "apiVersion");
        if (exec.InteractiveMode is not (null or "Never" or "IfAvailable" or "Always"))
            throw exec.Fields.Error("must be Never, IfAvailable or Always", "interactiveMode");
        if (exec.InteractiveMode == "Always")
        {
            throw exec.Fields.Error(
                "is 'Always': a plugin that must ask at the terminal cannot be used here; sign in another way", "interactiveMode");
        }
    }

    private EstateException Failure(
        string problem, OutputTail errors, Exception? inner = null, EstateErrorKind kind = EstateErrorKind.Configuration)
    {
        var said = SecretText.Redact(string.Join(' ', errors.Lines.Select(line => line.Trim()).Where(line => line.Length > 0)), Secrets());
        var message = $"The credential plugin '{Path.GetFileName(Command)}' of user '{_user}' {problem}"
            + (said.Length > 0 ? $" It said: {said}" : "");
        return new EstateException(kind, message, inner) { Recommendation = _exec.InstallHint ?? _exec.Fields.File.Recommendation };
    }

    private IEnumerable<string> Secrets() => _exec.Environment.Select(pair => pair.Value).Concat(SecretText.SecretArguments(_exec.Arguments));
}
