using RollbackTools.Integrations.Git;
using RollbackTools.Integrations.Health;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations;

/// <summary>The outside world for one connection.</summary>
internal sealed class LiveEstate(EstateOptions options, KubernetesCluster? cluster, HttpProbe http, ScriptRunner scripts, GitClient git) : IEstate
{
    public string Name => cluster?.Info.Estate ?? options.EstateName ?? "";

    public EstateOptions Connection => cluster?.Info.Connection ?? options;

    public ICluster Cluster => cluster
        ?? throw new EstateException(EstateErrorKind.Configuration, "This was opened without a cluster, so nothing can be asked of one.");

    public IHttpProbe Http => http;

    public IScriptRunner Scripts => scripts;

    public IGit Git => git;

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
