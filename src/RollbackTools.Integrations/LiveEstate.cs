using RollbackTools.Integrations.Health;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations;

/// <summary>The outside world for one connection.</summary>
internal sealed class LiveEstate(KubernetesCluster cluster, HttpProbe http, ScriptRunner scripts) : IEstate
{
    public ICluster Cluster => cluster;

    public IHttpProbe Http => http;

    public IScriptRunner Scripts => scripts;

    public ValueTask DisposeAsync()
    {
        cluster.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
