using RollbackTools.Operations.Estate;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>A session whose $env:KUBECONFIG is set, without touching this process's environment.</summary>
internal sealed class ByDefault(IEstateProvider live, string kubeconfig) : IEstateProvider
{
    public IEstate Open(EstateOptions options, Action<string> warn) => live.Open(options with { Kubeconfig = options.Kubeconfig ?? kubeconfig }, warn);

    public IReadOnlyList<string> ContextNames(string? given) => live.ContextNames(given ?? kubeconfig);

    public EnvironmentFile? FindEnvironmentFile(string? path, string directory) => live.FindEnvironmentFile(path, directory);
}
