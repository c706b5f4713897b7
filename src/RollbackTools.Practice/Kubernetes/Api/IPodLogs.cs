namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>What <c>GET …/pods/{name}/log</c> asks a kubelet for; the fields are the query parameters of the same names.</summary>
public sealed record PodLogRequest(string Namespace, string Pod, string Container)
{
    /// <summary>Stay open and send what is written later, until the container ends or the caller goes.</summary>
    public bool Follow { get; init; }

    /// <summary>The log of the container's previous instance.</summary>
    public bool Previous { get; init; }

    /// <summary>Only lines written at or after this moment (sinceTime, or now minus sinceSeconds).</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only the last so many lines of what there is; lines followed later are not counted.</summary>
    public int? TailLines { get; init; }
}

/// <summary>One line, without its line feed, and when it was written.</summary>
public sealed record PodLogLine(DateTimeOffset Time, string Text);

/// <summary>
/// The kubelet's logs. The API server finds the pod and picks the container, and cuts <c>limitBytes</c> and prints
/// <c>timestamps</c> itself.
/// </summary>
public interface IPodLogs
{
    /// <summary>
    /// The lines asked for, oldest first. Throws <see cref="PodLogsUnavailableException"/> before the first line when there is no
    /// such log (the container has not started, or has no previous instance).
    /// </summary>
    IAsyncEnumerable<PodLogLine> Read(PodLogRequest request, CancellationToken cancellation);
}

/// <summary>No log to read; the message is sent as 400 BadRequest, as a kubelet's own words.</summary>
public sealed class PodLogsUnavailableException(string message) : Exception(message);
