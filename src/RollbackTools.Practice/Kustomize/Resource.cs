using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kustomize;

/// <summary>One object under way through the build, with the names it has had.</summary>
internal sealed class Resource(JsonObject body)
{
    private readonly List<ResourceId> previous = [];

    public JsonObject Body { get; set; } = body;

    /// <summary>Whether its name gets a hash of its content at the end.</summary>
    public bool NeedsHash { get; set; }

    public GeneratorBehaviour Behaviour { get; init; }

    public List<string> Prefixes { get; private set; } = [];

    public List<string> Suffixes { get; private set; } = [];

    public string Kind => Body.Text("kind") ?? "";

    public string Name
    {
        get => Body.Text("metadata", "name") ?? "";
        set => Body.Child("metadata")["name"] = value;
    }

    public string Namespace
    {
        get => Body.Text("metadata", "namespace") ?? "";
        set
        {
            if (value.Length > 0) Body.Child("metadata")["namespace"] = value;
            else Body.Child("metadata").Remove("namespace");
        }
    }

    public ResourceId Id
    {
        get
        {
            var version = (Body.Text("apiVersion") ?? "").Split('/');
            return new ResourceId(version.Length > 1 ? version[0] : "", version[^1], Kind, Name, Namespace);
        }
    }

    /// <summary>The identities it no longer has, oldest first.</summary>
    public IReadOnlyList<ResourceId> Previous => previous;

    public ResourceId Original => previous.Count > 0 ? previous[0] : Id;

    /// <summary>Every identity it has or had.</summary>
    public IEnumerable<ResourceId> Ids => previous.Append(Id);

    /// <summary>Remembers who it is before it changes.</summary>
    public void Remember() => previous.Add(Id);

    public void Merge(string field, JsonObject? under)
    {
        if (under is null) return;
        var merged = under.DeepClone().AsObject();
        foreach (var (key, value) in Body.Object(field) ?? []) merged[key] = value?.DeepClone();
        Body[field] = merged;
    }

    /// <summary>Takes the place of another: its labels and annotations under its own, its name and its past.</summary>
    public void Succeed(Resource other)
    {
        foreach (var map in (string[])["labels", "annotations"])
        {
            if (other.Body.Object("metadata", map) is not { } theirs) continue;
            var merged = theirs.DeepClone().AsObject();
            foreach (var (key, value) in Body.Object("metadata", map) ?? []) merged[key] = value?.DeepClone();
            Body.Child("metadata")[map] = merged;
        }

        (Name, Namespace) = (other.Name, other.Namespace);
        previous.Clear();
        previous.AddRange(other.previous);
        (Prefixes, Suffixes) = ([.. other.Prefixes], [.. other.Suffixes]);
    }

    /// <summary>Whether both went through the same layers that prefix and suffix names.</summary>
    public bool SharesAffixes(Resource other, bool allowEmpty)
    {
        var noPrefix = allowEmpty && (Prefixes.Count == 0 || other.Prefixes.Count == 0);
        var noSuffix = allowEmpty && (Suffixes.Count == 0 || other.Suffixes.Count == 0);
        return (noPrefix || SameEnd(Prefixes, other.Prefixes)) && (noSuffix || SameEnd(Suffixes, other.Suffixes));
    }

    private static bool SameEnd(List<string> one, List<string> other)
    {
        var shared = Math.Min(one.Count, other.Count);
        return one[^shared..].SequenceEqual(other[^shared..]);
    }
}
