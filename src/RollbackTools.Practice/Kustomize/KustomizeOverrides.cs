namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// What an Application's <c>spec.source.kustomize</c> sets before the build, by <c>kustomize edit</c>: prefix and suffix in place of
/// the file's, images, replicas, labels and annotations over them, a namespace in place of its own.
/// </summary>
public sealed record KustomizeOverrides
{
    public string? NamePrefix { get; init; }

    public string? NameSuffix { get; init; }

    public string? Namespace { get; init; }

    /// <summary>In <c>kustomize edit set image</c>'s words: <c>name=new:tag@digest</c>, <c>name:tag</c>, <c>name@digest</c>.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    public IReadOnlyList<(string Name, long Count)> Replicas { get; init; } = [];

    public IReadOnlyDictionary<string, string> CommonLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> CommonAnnotations { get; init; } = new Dictionary<string, string>();

    internal Kustomization Over(Kustomization says)
    {
        var images = says.Images.ToList();
        foreach (var text in Images)
        {
            var set = Parse(text, images);
            images.RemoveAll(image => image.Name == set.Name);
            images.Add(set);
        }

        var replicas = says.Replicas.Where(entry => Replicas.All(one => one.Name != entry.Name)).ToList();
        replicas.AddRange(Replicas.Select(one => new ReplicaEntry(one.Name, one.Count)));
        return says with
        {
            NamePrefix = NamePrefix ?? says.NamePrefix,
            NameSuffix = NameSuffix ?? says.NameSuffix,
            Namespace = Namespace ?? says.Namespace,
            Images = [.. images.OrderBy(image => image.Name, StringComparer.Ordinal)],
            Replicas = replicas,
            CommonLabels = Merged(says.CommonLabels, CommonLabels),
            CommonAnnotations = Merged(says.CommonAnnotations, CommonAnnotations),
        };
    }

    private static ImageEntry Parse(string text, List<ImageEntry> images)
    {
        var (name, image) = text.Split('=', 2) is [var key, var value] ? (key, value) : (null, text);
        var digest = "";
        if (image.IndexOf('@') is >= 0 and var at) (image, digest) = (image[..at], image[(at + 1)..]);
        var tag = "";
        if (image.LastIndexOf(':') is var colon && colon > image.LastIndexOf('/')) (image, tag) = (image[..colon], image[(colon + 1)..]);
        var old = images.Find(one => one.Name == (name ?? image));

        // An asterisk keeps what the entry has.
        if (tag == "*") tag = old?.NewTag ?? "";
        if (image == "*") return new ImageEntry(name ?? "", old?.NewName ?? "", tag, digest);
        return name is null ? new ImageEntry(image, "", tag, digest) : new ImageEntry(name, image, tag, digest);
    }

    private static Dictionary<string, string> Merged(IReadOnlyDictionary<string, string> under, IReadOnlyDictionary<string, string> over)
    {
        Dictionary<string, string> merged = new(under);
        foreach (var (key, value) in over) merged[key] = value;
        return merged;
    }
}
