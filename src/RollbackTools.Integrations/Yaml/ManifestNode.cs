namespace RollbackTools.Integrations.Yaml;

/// <summary>A value of a manifest with the line it stands on.</summary>
internal abstract record ManifestNode(long Line);

/// <summary>Null, text, a truth, or a number (long, ulong, double).</summary>
internal sealed record ManifestScalar(object? Value, long Line) : ManifestNode(Line);

internal sealed record ManifestList(List<ManifestNode> Items, long Line) : ManifestNode(Line);

/// <summary>Fields in the order they first stand in; the last value of equal names counts.</summary>
internal sealed record ManifestMap(OrderedFields Fields, long Line) : ManifestNode(Line);

/// <summary>A map that keeps the order in which its names came.</summary>
internal sealed class OrderedFields
{
    private readonly List<(string Name, ManifestNode Value)> _fields = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public int Count => _fields.Count;

    public IReadOnlyList<(string Name, ManifestNode Value)> All => _fields;

    public void Set(string name, ManifestNode value)
    {
        if (_places.TryAdd(name, _fields.Count)) _fields.Add((name, value));
        else _fields[_places[name]] = (name, value);
    }
}
