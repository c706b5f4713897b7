using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kustomize;

/// <summary>The objects of a build, in the order they came; no two with one identity.</summary>
internal sealed class ResourceSet
{
    private readonly List<Resource> items = [];

    public IReadOnlyList<Resource> Items => items;

    public void Add(Resource resource)
    {
        var id = resource.Id;
        if (items.Any(item => item.Id.Same(id)))
            throw new KustomizeException($"may not add resource with an already registered id: {id}");
        items.Add(resource);
    }

    public void AddAll(ResourceSet others)
    {
        foreach (var item in others.items) Add(item);
    }

    /// <summary>Adds what a generator made: new, in place of what there is, or over it.</summary>
    public void Absorb(Resource made)
    {
        var found = Any(made.Id);
        switch (found.Count)
        {
            case 0 when made.Behaviour == GeneratorBehaviour.Create:
                Add(made);
                break;
            case 0:
                throw new KustomizeException($"merging from generator: id {made.Id} does not exist; cannot merge or replace");
            case 1 when made.Behaviour == GeneratorBehaviour.Create:
                throw new KustomizeException($"merging from generator: id {made.Id} exists; behavior must be merge or replace");
            case 1:
                var old = found[0];
                made.Succeed(old);
                if (made.Behaviour == GeneratorBehaviour.Merge)
                {
                    made.Merge("data", old.Body["data"] as JsonObject);
                    made.Merge("binaryData", old.Body["binaryData"] as JsonObject);
                }

                items[items.IndexOf(old)] = made;
                break;
            default:
                throw new KustomizeException($"merging from generator: found multiple objects that could accept merge of {made.Id}");
        }
    }

    /// <summary>What has or had this identity.</summary>
    public List<Resource> Any(ResourceId id) => [.. items.Where(item => item.Ids.Any(one => one.Same(id)))];

    public void Remove(Resource resource) => items.Remove(resource);
}
