using System.Collections.Concurrent;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>What controllers share. Everything but the store and the clock is used by the control loop only.</summary>
public sealed class ControllerContext : IDisposable
{
    public ControllerContext(
        ObjectStore store, TimeProvider time, PracticeTempo tempo, int seed, IPodAdmission? admission = null, ResourceCatalog? catalog = null)
    {
        (Store, Time, Tempo, Random) = (store, time, tempo, new Random(seed));
        Admission = admission ?? new OpenAdmission();
        Catalog = catalog ?? new ResourceCatalog();
        Wake = new WakeUp();
        Agenda = new Agenda(time, Wake.Set);
        Queue = new WorkQueue(Wake.Set);
        Events = new EventRecorder(store, time, Random);
        Errands = new Errands(Wake.Set, error => Faults.Add(new ControllerFault(nameof(Errands), default, error)));
    }

    public ObjectStore Store { get; }

    public TimeProvider Time { get; }

    public PracticeTempo Tempo { get; }

    /// <summary>The one source of chance.</summary>
    public Random Random { get; }

    public IPodAdmission Admission { get; }

    /// <summary>The kinds there are.</summary>
    public ResourceCatalog Catalog { get; }

    public ClusterCache Cache { get; } = new();

    /// <summary>What controllers have done elsewhere, away from the loop.</summary>
    public Errands Errands { get; }

    public EventRecorder Events { get; }

    /// <summary>What went wrong inside controllers; empty unless there is a bug.</summary>
    public ConcurrentBag<ControllerFault> Faults { get; } = [];

    internal Agenda Agenda { get; }

    internal WorkQueue Queue { get; }

    internal WakeUp Wake { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Now, as metav1.Time.</summary>
    public string Timestamp => ObjectStore.Timestamp(Now);

    public void Dispose() => Agenda.Dispose();
}
