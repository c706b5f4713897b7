using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Rollouts;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>An empty estate with Argo Rollouts and a namespace <c>prod</c>.</summary>
internal sealed class RolloutEstate(RolloutsOptions? options = null) : Estate
{
    public override string Name => "rollouts";

    public override string Namespace => "prod";

    public override IReadOnlyList<IClusterAddOn> AddOns() => [new RolloutsPlatform(options)];

    public override Task LiveAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply("{ kind: Namespace, metadata: { name: prod } }");
        return Task.CompletedTask;
    }
}
