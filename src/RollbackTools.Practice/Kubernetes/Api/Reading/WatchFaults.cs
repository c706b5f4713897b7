using RollbackTools.Practice.Faults;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>Ends a watch early, when a fault says so.</summary>
internal sealed class WatchFaults(ApiRequest request)
{
    private readonly FaultRule? cut = request.Fault(FaultKind.WatchCut);
    private readonly FaultRule? expire = request.Fault(FaultKind.WatchExpired);
    private bool stopped;

    /// <summary>True once the allowed number of events is out; the expiry event is written then.</summary>
    public bool Stop(WatchLines lines)
    {
        if (stopped) return true;
        if (expire is not null && lines.Events >= expire.Events)
            lines.Error(Refusals.TooOld("The resourceVersion for the provided watch is too old.").Status);
        else if (cut is null || lines.Events < cut.Events)
            return false;
        return stopped = true;
    }
}
