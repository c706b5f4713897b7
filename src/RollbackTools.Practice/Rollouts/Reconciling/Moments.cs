using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>
/// What whole-second timestamps leave out. A drill's minute lasts a second, so whoever measures from a timestamp asks here for the
/// moment behind it.
/// </summary>
internal sealed class Moments(TimeProvider time)
{
    private readonly Dictionary<(string Object, string What), DateTimeOffset> exact = [];

    /// <summary>Keeps now; returns it as it is written.</summary>
    public string Stamp(string uid, string what)
    {
        var now = time.GetUtcNow();
        exact[(uid, what)] = now;
        return ObjectStore.Timestamp(now);
    }

    /// <summary>The moment behind a timestamp; the timestamp itself when somebody else wrote it.</summary>
    public DateTimeOffset At(string uid, string what, DateTimeOffset written) =>
        exact.TryGetValue((uid, what), out var moment) && ObjectStore.Timestamp(moment) == ObjectStore.Timestamp(written) ? moment : written;

    public void Forget(string uid)
    {
        foreach (var key in exact.Keys.Where(key => key.Object == uid).ToList()) exact.Remove(key);
    }
}
