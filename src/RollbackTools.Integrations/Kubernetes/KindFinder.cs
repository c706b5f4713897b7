using System.Collections.Concurrent;
using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>Asks a server what it serves, one request for each group and version, and remembers what it served.</summary>
internal sealed class KindFinder(KubernetesTransport transport)
{
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, ServedKind>> _groups = new(StringComparer.Ordinal);

    public async Task<ServedKind?> FindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        var parts = apiVersion.Split('/');
        // What a manifest says becomes part of a path.
        if (parts.Length > 2 || parts.Any(part => !KubernetesName.IsSubdomain(part))) return null;
        if (_groups.TryGetValue(apiVersion, out var known) && known.TryGetValue(kind, out var remembered)) return remembered;
        var served = _groups[apiVersion] = await AskAsync(apiVersion, parts, cancellation).ConfigureAwait(false);
        return served.GetValueOrDefault(kind);
    }

    private async Task<IReadOnlyDictionary<string, ServedKind>> AskAsync(string apiVersion, string[] parts, CancellationToken cancellation)
    {
        var (group, version) = parts.Length == 1 ? ("", parts[0]) : (parts[0], parts[1]);
        var request = new ApiRequest(HttpMethod.Get, "get", new ApiTarget(group, version, "", null)) { MayRepeat = true };
        try
        {
            return await transport.SendAsync(request, (body, token) => ReadAsync(body, apiVersion, token), cancellation).ConfigureAwait(false);
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            return new Dictionary<string, ServedKind>();
        }
    }

    private static async ValueTask<IReadOnlyDictionary<string, ServedKind>> ReadAsync(Stream body, string apiVersion, CancellationToken cancellation)
    {
        using var document = await JsonDocument.ParseAsync(body, default, cancellation).ConfigureAwait(false);
        Dictionary<string, ServedKind> kinds = new(StringComparer.Ordinal);
        foreach (var served in document.RootElement.Items("resources"))
        {
            // Subresources are listed among the kinds: deployments/scale is a Scale.
            if (served.Text("name") is not { } plural || plural.Contains('/', StringComparison.Ordinal) || served.Text("kind") is not { } kind) continue;
            var resource = ServedKind.ResourceOf(apiVersion, plural, kind, served.Flag("namespaced") ?? false);
            kinds.TryAdd(kind, new ServedKind(resource, served.Texts("verbs")));
        }

        return kinds;
    }
}
