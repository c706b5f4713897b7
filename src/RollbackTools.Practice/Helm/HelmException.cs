namespace RollbackTools.Practice.Helm;

/// <summary>What helm prints behind <c>Error: </c>.</summary>
public class HelmException(string message) : Exception(message);

/// <summary>The process that ran helm was killed: it has told nobody, and cleaned up nothing.</summary>
public sealed class HelmKilledException(HelmMoment moment) : HelmException($"helm was killed ({moment}).")
{
    public HelmMoment Moment => moment;
}
