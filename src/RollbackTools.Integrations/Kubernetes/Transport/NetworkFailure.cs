using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>What went wrong between us and the server, in words.</summary>
/// <param name="BeforeSending">The request cannot have arrived, so even a write may be sent again.</param>
/// <param name="MayPass">Trying again may help.</param>
internal sealed record NetworkFailure(EstateException Error, bool BeforeSending, bool MayPass)
{
    public static NetworkFailure Explain(
        Exception error, ApiRequest request, ClusterConnection connection, Credential credential, TransportOptions options)
    {
        var server = connection.Info.Server;
        var recommendation = connection.Context is null ? null : $"kubectl cluster-info --context {connection.Context}";
        NetworkFailure Failure(EstateErrorKind kind, string message, bool before, bool passing) => new(
            new EstateException(kind, message, Safe(error)) { Request = request.ToString(), Recommendation = recommendation }, before, passing);

        if (Find<UntrustedServerException>(error) is { } untrusted)
            return Failure(EstateErrorKind.Untrusted, $"{server} is not trusted: {untrusted.Message}.", before: true, passing: false);
        if (IsCertificateAlert(error))
            return Failure(EstateErrorKind.Untrusted, ClientCertificateRefused(server, credential, options.Time), before: true, passing: false);
        if (Find<AuthenticationException>(error) is not null)
        {
            return Failure(EstateErrorKind.Untrusted,
                $"{server} does not speak TLS as expected: is that the right port, or something else in front of it?", before: true, passing: false);
        }

        if (error is JsonException or InvalidDataException)
            return Failure(EstateErrorKind.Server, $"The answer of {server} to {request} could not be read as JSON.", before: false, passing: true);
        if (error is OperationCanceledException)
        {
            var connecting = error.InnerException is TimeoutException;
            var message = connecting
                ? $"{server} accepted no connection within {options.ConnectTimeout.TotalSeconds:0} s."
                : $"{server} did not answer {request} within {options.RequestTimeout.TotalSeconds:0} s.";
            return Failure(EstateErrorKind.Unreachable, message, before: connecting, passing: false);
        }

        var before = error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };
        return Failure(EstateErrorKind.Unreachable, $"{server} cannot be reached: {Cause(error, connection)}.", before, passing: true);
    }

    private static string Cause(Exception error, ClusterConnection connection)
    {
        var host = connection.Server.IdnHost;
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError })
            return "the proxy refused to connect to it (proxy-url, or HTTPS_PROXY and NO_PROXY)";
        return Find<SocketException>(error)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"nothing listens at {host}:{connection.Server.Port} (connection refused)",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"the name {host} cannot be resolved",
            SocketError.NetworkUnreachable or SocketError.HostUnreachable => $"there is no route to {host}",
            SocketError.TimedOut => $"{host} did not answer in time",
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection was reset",
            { } other => $"the network said {other}",
            null when error is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"the name {host} cannot be resolved",
            null => "the connection was cut before the answer was complete",
        };
    }

    private static string ClientCertificateRefused(string server, Credential credential, TimeProvider time)
    {
        var expired = credential.Certificate is { } certificate && certificate.ExpiresAt < time.GetUtcNow()
            ? $": it expired on {certificate.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "";
        return credential.Certificate is null
            ? $"{server} demands a client certificate, and the kubeconfig gives none."
            : $"{server} refused our client certificate{expired}.";
    }

    // TLS 1.3 refuses a client certificate after the handshake, as an alert on the first read; only the text tells.
    private static bool IsCertificateAlert(Exception error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner.Message.Contains("alert", StringComparison.OrdinalIgnoreCase)
                && inner.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    // A proxy's address in an exception's text can carry its password.
    private static Exception? Safe(Exception error) =>
        error is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } ? null : error;

    private static T? Find<T>(Exception error) where T : Exception
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found) return found;
        }

        return null;
    }
}
