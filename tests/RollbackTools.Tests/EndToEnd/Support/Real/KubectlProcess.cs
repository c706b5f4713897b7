using System.Diagnostics;
using System.Text;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>The real kubectl with one kubeconfig, waited for.</summary>
internal sealed class KubectlProcess(string kubeconfig)
{
    /// <summary>What it printed. Throws <see cref="InvalidOperationException"/> with what it said when it fails.</summary>
    public string Run(string arguments, string? input = null)
    {
        ProcessStartInfo start = new(Kubectl.Path!, $"--kubeconfig {kubeconfig} {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        StringBuilder said = new();
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginErrorReadLine();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {arguments}: {said}\n{input}");
    }
}
