using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>What a session lends its cmdlets: the door to the integrations, the clock, and where run records are kept.</summary>
public sealed class CommandServices(Func<IEstateProvider> provider, TimeProvider time, Func<RunStore> runs)
{
    private readonly Lazy<IEstateProvider> provider = new(provider);

    /// <summary>The module's own: the integrations beside it, the system's clock, this user's run records.</summary>
    public static CommandServices Live => Loading.Composition.Services;

    /// <summary>The integrations and their vendors load when this is first read, not before.</summary>
    public IEstateProvider Provider => provider.Value;

    public TimeProvider Time { get; } = time;

    /// <summary>Looked up each time: the operator may point $env:ROLLBACKTOOLS_STATE elsewhere in mid-session.</summary>
    public RunStore Runs => runs();
}
