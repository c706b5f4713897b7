using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Takes the cluster from the objects of one manifest to those of another, one after the other, and stops at nothing it can avoid.</summary>
internal sealed class ReleaseObjects(ReleaseObjectWriter writer, HelmVersion version)
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string ReleaseName = "meta.helm.sh/release-name";
    private const string ReleaseNamespace = "meta.helm.sh/release-namespace";

    /// <summary>Says on every object whose it is.</summary>
    public static void Mark(IEnumerable<ReleaseObject> objects, string name, string ns)
    {
        foreach (var item in objects)
        {
            var metadata = item.Body.Child("metadata");
            metadata.Child("labels")[ManagedBy] = "Helm";
            metadata.Child("annotations")[ReleaseName] = name;
            metadata.Child("annotations")[ReleaseNamespace] = ns;
        }
    }

    /// <summary>
    /// Of objects that are new to the release, those that exist already and are marked as its own. Throws <see cref="HelmException"/> for
    /// one that is somebody else's.
    /// </summary>
    public async Task<IReadOnlyList<ReleaseObject>> AdoptableAsync(
        IEnumerable<ReleaseObject> fresh, string name, string ns, string action, CancellationToken cancellation)
    {
        List<ReleaseObject> own = [];
        foreach (var item in fresh)
        {
            if (await writer.FindAsync(item, cancellation) is not { } live) continue;
            List<string> wrong = [];
            Check("label", "labels", ManagedBy, "Helm");
            Check("annotation", "annotations", ReleaseName, name);
            Check("annotation", "annotations", ReleaseNamespace, ns);
            if (wrong.Count > 0)
                throw new HelmException($"{(version == HelmVersion.Helm3 ? "Unable" : "unable")} to continue with {action}: {item} exists and cannot be imported into the " +
                    $"current release: invalid ownership metadata; {string.Join("; ", wrong)}");
            own.Add(item);

            void Check(string what, string map, string key, string value)
            {
                var actual = live.Text("metadata", map, key);
                if (actual is null) wrong.Add($"{what} validation error: missing key \"{key}\": must be set to \"{value}\"");
                else if (actual != value) wrong.Add($"{what} validation error: key \"{key}\" must equal \"{value}\": current value is \"{actual}\"");
            }
        }

        return own;
    }

    /// <summary>Creates all of them, those of one kind side by side.</summary>
    public async Task CreateAsync(IReadOnlyList<ReleaseObject> objects, CancellationToken cancellation)
    {
        for (var at = 0; at < objects.Count;)
        {
            var kind = objects.Skip(at).TakeWhile(item => item.Kind == objects[at].Kind).ToList();
            await Task.WhenAll(kind.Select(item => writer.CreateAsync(item, cancellation)));
            at += kind.Count;
        }
    }

    /// <summary>
    /// Creates what is missing, patches the rest, deletes what is no longer named. A refused patch does not keep the others from being
    /// sent; a refused create does.
    /// </summary>
    /// <param name="original">What the release said so far.</param>
    /// <param name="target">What it says now.</param>
    /// <param name="most">How many of the target's objects to write: whoever runs helm is killed after that.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task UpdateAsync(
        IReadOnlyList<ReleaseObject> original, IReadOnlyList<ReleaseObject> target, int most, CancellationToken cancellation)
    {
        List<string> refused = [];
        foreach (var item in target.Take(most))
        {
            if (await writer.FindAsync(item, cancellation) is not { } live)
            {
                await CreateMissingAsync(item, cancellation);
                continue;
            }

            var old = original.FirstOrDefault(item.Same);
            if (old is null && version == HelmVersion.Helm3) throw new HelmException($"no {item.Kind} with the name \"{item.Name}\" found");
            try
            {
                await writer.UpdateAsync(old, live, item, cancellation);
            }
            catch (HelmException refusal)
            {
                refused.Add(refusal.Message);
            }
        }

        if (refused.Count > 0) throw new HelmException(string.Join(" && ", refused));
        if (most < target.Count) return;
        foreach (var gone in original.Where(item => !target.Any(item.Same))) await DeleteAsync(gone, cancellation);
    }

    private async Task CreateMissingAsync(ReleaseObject item, CancellationToken cancellation)
    {
        try
        {
            await writer.CreateAsync(item, cancellation);
        }
        catch (HelmException refusal)
        {
            throw new HelmException($"failed to create resource: {refusal.Message}");
        }
    }

    private async Task DeleteAsync(ReleaseObject gone, CancellationToken cancellation)
    {
        if (await writer.FindAsync(gone, cancellation) is not { } live) return;
        if (live.Text("metadata", "annotations", "helm.sh/resource-policy") == "keep") return;
        await writer.DeleteAsync(gone, cancellation);
    }
}
