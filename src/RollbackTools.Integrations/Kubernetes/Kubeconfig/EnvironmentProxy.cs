using System.Net;
using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>
/// HTTPS_PROXY, HTTP_PROXY and NO_PROXY as kubectl reads them (golang.org/x/net/http/httpproxy): NO_PROXY takes names with
/// their subdomains, <c>.suffix</c>, <c>*.suffix</c>, addresses, CIDR ranges and ports; loopback is never sent to a proxy.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    private readonly Uri? _https;
    private readonly Uri? _http;
    private readonly string[] _bypass;

    private EnvironmentProxy(Uri? https, Uri? http, string[] bypass)
    {
        _https = https;
        _http = http;
        _bypass = bypass;
    }

    public ICredentials? Credentials { get; set; }

    /// <summary>Null when the environment names no proxy.</summary>
    public static EnvironmentProxy? From(HostEnvironment host)
    {
        var https = Read(host, "HTTPS_PROXY");
        var http = Read(host, "HTTP_PROXY");
        if (https is null && http is null) return null;
        var bypass = (host.Value("NO_PROXY") ?? host.Value("no_proxy") ?? "")
            .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new EnvironmentProxy(https, http, bypass) { Credentials = ProxyAddress.Credentials(https ?? http!) };
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : ProxyFor(destination);

    public bool IsBypassed(Uri host)
    {
        if (ProxyFor(host) is null || host.IsLoopback) return true;
        var name = host.IdnHost.TrimEnd('.').ToLowerInvariant();
        var address = IPAddress.TryParse(host.IdnHost.Trim('[', ']'), out var parsed) ? parsed : null;
        return (address is not null && IPAddress.IsLoopback(address))
            || _bypass.Any(entry => Matches(entry.ToLowerInvariant(), name, address, host.Port));
    }

    private Uri? ProxyFor(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static bool Matches(string entry, string name, IPAddress? address, int port)
    {
        if (entry == "*") return true;
        if (entry.Contains('/', StringComparison.Ordinal))
            return address is not null && IPNetwork.TryParse(entry, out var network) && network.Contains(address);
        if (IPAddress.TryParse(entry.Trim('[', ']'), out var exact)) return exact.Equals(address);

        var colon = entry.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!int.TryParse(entry.AsSpan(colon + 1), out var wanted) || wanted != port) return false;
            entry = entry[..colon];
            if (IPAddress.TryParse(entry.Trim('[', ']'), out exact)) return exact.Equals(address);
        }

        if (address is not null) return false;
        if (entry.StartsWith("*.", StringComparison.Ordinal)) entry = entry[1..];
        return entry.StartsWith('.')
            ? name.EndsWith(entry, StringComparison.Ordinal)
            : name == entry || name.EndsWith('.' + entry, StringComparison.Ordinal);
    }

    private static Uri? Read(HostEnvironment host, string variable)
    {
        var text = host.Value(variable) ?? host.Value(variable.ToLowerInvariant());
        if (text is null) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        return ProxyAddress.Parse(text)
            ?? throw Configuration.Error($"The environment variable {variable} is not a proxy URL (http, https or socks5).");
    }
}

/// <summary>Proxy URLs: http, https and socks5, with credentials in the address.</summary>
internal static class ProxyAddress
{
    public static Uri? Parse(string text)
    {
        // .NET's socks5 leaves name resolution to the proxy, which is what curl and Go call socks5h.
        if (text.StartsWith("socks5h://", StringComparison.OrdinalIgnoreCase)) text = "socks5://" + text["socks5h://".Length..];
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https" or "socks5") && uri.Host.Length > 0
            ? uri
            : null;
    }

    public static ICredentials? Credentials(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0) return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
