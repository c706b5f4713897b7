using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Hosting;

/// <summary>A file we were given, as errors about it name it, and what to type next.</summary>
/// <param name="What">"kubeconfig", "environment file".</param>
internal sealed record ConfigurationFile(string What, string Path, string? Recommendation)
{
    public static ConfigurationFile Kubeconfig(string path) => new("kubeconfig", path, "kubectl config get-contexts");

    public static ConfigurationFile EnvironmentFile(string path) => new("environment file", path, null);

    public string Read() => TextFile.Read(Path, What, Recommendation);

    public EstateException Error(string problem, Exception? inner = null) => Configuration.Error($"The {this} {problem}", Recommendation, inner);

    public EstateException Error(long line, string problem, Exception? inner = null) =>
        Configuration.Error($"The {this}, line {line}: {problem}", Recommendation, inner);

    public override string ToString() => $"{What} {Path}";
}
