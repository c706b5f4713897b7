using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>An empty estate with Argo CD and a repository without Git.</summary>
internal sealed class ArgoEstate : Estate
{
    private readonly ArgoCdOptions? options;

    public ArgoEstate(ArgoCdOptions? options = null) => this.options = options;

    public FakeRepository Git { get; } = new();

    public override string Name => "argo";

    public override IReadOnlyList<IClusterAddOn> AddOns() => [new GitOpsPlatform((options ?? new ArgoCdOptions { Renderer = Git }) with { Renderer = Git })];

    public override Task LiveAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply("{ kind: Namespace, metadata: { name: argocd } }");
        past.Operator.Apply("{ kind: Namespace, metadata: { name: prod } }");
        return Task.CompletedTask;
    }
}
