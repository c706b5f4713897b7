using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;

/// <summary>Every minute, forgets the events older than their time to live.</summary>
public sealed class EventExpiry : Controller
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    public EventExpiry(ControllerContext context) : base(context) => EnqueueAfter(default, Period);

    public override IReadOnlyList<ResourceType> Watches { get; } = [];

    public override void Observe(StoreEvent change)
    {
    }

    protected override void Reconcile(ObjectKey key)
    {
        Events.Forget();
        EnqueueAfter(key, Period);
    }
}
