using System.Text;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>An object of a manifest whose API the cluster no longer serves, and the one that took its place; null when nothing did.</summary>
public sealed record RemovedApi(string From, string Kind, string Name, string? To)
{
    public override string ToString() => To is null ? $"{Kind.ToLowerInvariant()}/{Name}: {From} is gone for good, and so is it" : $"{Kind.ToLowerInvariant()}/{Name}: {From} → {To}";
}

/// <summary>
/// Finds and rewrites, in manifests, API versions that the cluster stopped serving: with one of them Helm can neither upgrade nor roll back
/// ("no matches for kind"). Only those words change, and the result is read again and must differ in nothing else.
/// </summary>
internal sealed class RemovedApis(ICluster cluster, ManifestParser parser)
{
    // Where extensions went; elsewhere a group keeps its name and grows up.
    private static readonly string[] FromExtensions = ["apps/v1", "networking.k8s.io/v1", "policy/v1"];

    // Kubernetes took these away and put nothing in their place.
    private static readonly string[] Gone = ["PodSecurityPolicy", "PodPreset", "PodSecurityPolicyReview"];

    /// <summary>What changed shape with its version: the new words alone do not make the old fields valid.</summary>
    private static readonly string[] Reshaped = ["Ingress", "CustomResourceDefinition", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "HorizontalPodAutoscaler"];

    public static bool IsReshaped(RemovedApi api) => api.To is not null && Reshaped.Contains(api.Kind);

    public async Task<IReadOnlyList<RemovedApi>> FindAsync(IReadOnlyList<ManifestObject> objects, CancellationToken cancellation)
    {
        List<RemovedApi> found = [];
        foreach (var one in objects)
        {
            if (await cluster.FindKindAsync(one.Id.ApiVersion, one.Id.Kind, cancellation) is not null) continue;
            var successor = await SuccessorAsync(one.Id, cancellation);
            // A kind that was never Kubernetes' own is somebody's whose definition is missing. That is not ours to rewrite.
            if (successor is not null || Gone.Contains(one.Id.Kind)) found.Add(new RemovedApi(one.Id.ApiVersion, one.Id.Kind, one.Id.Name, successor));
        }

        return found;
    }

    /// <summary>The manifest with these in their new words. Throws <see cref="FormatException"/> where that cannot be done safely.</summary>
    public string Rewrite(string manifest, IReadOnlyList<RemovedApi> apis)
    {
        StringBuilder rewritten = new(manifest.Length + 64);
        var at = 0;
        foreach (var document in ManifestText.Split(manifest))
        {
            var start = manifest.IndexOf(document.Text, at, StringComparison.Ordinal);
            rewritten.Append(manifest, at, start - at);
            rewritten.Append(Rewrite(document, apis));
            at = start + document.Text.Length;
        }

        rewritten.Append(manifest, at, manifest.Length - at);
        var result = rewritten.ToString();
        Verify(manifest, result, apis);
        return result;
    }

    private string Rewrite(ManifestText document, IReadOnlyList<RemovedApi> apis)
    {
        var objects = parser.Read(document);
        if (!objects.Any(one => Match(apis, one) is not null)) return document.Text;
        if (objects.Count != 1) throw new FormatException($"the document of {document.Source ?? "no known template"} at line {document.Line} holds several objects; its apiVersion was left alone");
        var api = Match(apis, objects[0])!;
        if (api.To is null) return $"\n# {api.Kind} {api.Name} was here: no API serves it any more.\n";
        Regex line = new($"^(apiVersion:[ \\t]*['\"]?){Regex.Escape(api.From)}(?=['\"]?[ \\t]*(#.*)?\\r?$)", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
        return line.Matches(document.Text).Count == 1
            ? line.Replace(document.Text, match => match.Groups[1].Value + api.To)
            : throw new FormatException($"the document of {document.Source ?? "no known template"} at line {document.Line} does not say its apiVersion on a line of its own; it was left alone");
    }

    private void Verify(string before, string after, IReadOnlyList<RemovedApi> apis)
    {
        var expected = parser.Read(before).Where(one => Match(apis, one) is not { To: null }).ToList();
        var now = parser.Read(after);
        var same = expected.Count == now.Count && expected.Zip(now).All(pair =>
            pair.Second.Id.ApiVersion == (Match(apis, pair.First)?.To ?? pair.First.Id.ApiVersion) && Rest(pair.First) == Rest(pair.Second));
        if (!same) throw new FormatException("it could not be rewritten without changing something else");
    }

    private static string Rest(ManifestObject one)
    {
        var json = System.Text.Json.Nodes.JsonObject.Create(one.Json)!;
        json.Remove("apiVersion");
        return json.ToJsonString();
    }

    private static RemovedApi? Match(IReadOnlyList<RemovedApi> apis, ManifestObject one) =>
        apis.FirstOrDefault(api => api.From == one.Id.ApiVersion && api.Kind == one.Id.Kind && api.Name == one.Id.Name);

    private async Task<string?> SuccessorAsync(ObjectId id, CancellationToken cancellation)
    {
        if (!id.ApiVersion.Contains("alpha", StringComparison.Ordinal) && !id.ApiVersion.Contains("beta", StringComparison.Ordinal)) return null;
        string[] candidates = id.Group == "extensions" ? FromExtensions : [$"{id.Group}/v1", $"{id.Group}/v2"];
        foreach (var candidate in candidates)
            if (await cluster.FindKindAsync(candidate, id.Kind, cancellation) is not null) return candidate;
        return null;
    }
}
