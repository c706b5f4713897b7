using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Yaml;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>One kubeconfig file, or several merged as kubectl merges <c>$KUBECONFIG</c>: the first file to name an entry wins.</summary>
internal sealed class Kubeconfig
{
    /// <summary>The files that exist and were read, in order.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public string? CurrentContext { get; private init; }

    public Dictionary<string, KubeContext> Contexts { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeCluster> Clusters { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeUser> Users { get; private init; } = new(StringComparer.Ordinal);

    public bool IsEmpty => CurrentContext is null && Contexts.Count == 0 && Clusters.Count == 0 && Users.Count == 0;

    /// <summary>How errors name it.</summary>
    public string Location => string.Join(Path.PathSeparator, Files);

    public static Kubeconfig Read(string path)
    {
        var file = ConfigurationFile.Kubeconfig(path);
        var root = YamlTree.Read(file, lastKeyWins: true);
        if (root is null) return new Kubeconfig { Files = [path] };

        var fields = YamlFields.Root(file, root);
        if (fields.Text("kind") is { } kind && kind != "Config") throw fields.Error("must be 'Config'", "kind");
        if (fields.Text("apiVersion") is { } version && version != "v1") throw fields.Error("must be 'v1'", "apiVersion");
        return new Kubeconfig
        {
            Files = [path],
            CurrentContext = fields.Text("current-context"),
            Contexts = Named(fields, "contexts", "context", inner => new KubeContext(inner)),
            Clusters = Named(fields, "clusters", "cluster", inner => new KubeCluster(inner)),
            Users = Named(fields, "users", "user", inner => new KubeUser(inner)),
        };
    }

    public static Kubeconfig Merge(IReadOnlyList<Kubeconfig> files)
    {
        if (files.Count == 1) return files[0];
        var merged = new Kubeconfig
        {
            Files = [.. files.SelectMany(file => file.Files)],
            CurrentContext = files.Select(file => file.CurrentContext).FirstOrDefault(name => name is not null),
        };
        foreach (var file in files)
        {
            foreach (var (name, context) in file.Contexts) merged.Contexts.TryAdd(name, context);
            foreach (var (name, cluster) in file.Clusters) merged.Clusters.TryAdd(name, cluster);
            foreach (var (name, user) in file.Users) merged.Users.TryAdd(name, user);
        }

        return merged;
    }

    private static Dictionary<string, T> Named<T>(YamlFields fields, string list, string item, Func<YamlFields, T> read)
    {
        var named = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var entry in fields.Maps(list))
        {
            // To kubectl an absent name is the empty one, and an absent body has no fields. Only what a context uses has to make sense.
            var name = entry.Text("name") ?? "";
            if (!named.TryAdd(name, read(entry.MapOrEmpty(item)))) throw entry.Error($"is the second entry called '{name}' in '{list}'", "name");
        }

        return named;
    }
}
