using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Architecture;

/// <summary>
/// Rooms of Operations lie in an order: what a room uses does not use that room. Measured on the compiled assembly; a folder is a namespace.
/// </summary>
public sealed class FolderCircleTests
{
    private const string Root = "RollbackTools.Operations.";

    [Fact]
    public void No_folder_of_Operations_takes_part_in_a_circle_of_folders()
    {
        var folders = Folders();

        var circles = folders.Keys.Where(folder => Reaches(folder, folder)).Order(StringComparer.Ordinal).ToList();

        Assert.True(circles.Count == 0, string.Join('\n', circles.Select(folder =>
            $"{folder} uses {string.Join(", ", folders[folder].Where(other => Reaches(other.Key, folder)).Select(other => $"{other.Key} ({string.Join("; ", other.Value)})"))}")));

        bool Reaches(string from, string to)
        {
            HashSet<string> seen = [];
            Stack<string> open = new(folders[from].Keys);
            while (open.TryPop(out var next))
            {
                if (next == to) return true;
                if (seen.Add(next)) foreach (var other in folders[next].Keys) open.Push(other);
            }

            return false;
        }
    }

    // Each folder with the folders it uses, and for each of those who uses what.
    private static Dictionary<string, Dictionary<string, List<string>>> Folders()
    {
        var uses = TypeReferences.Of(typeof(Step).Assembly);
        Dictionary<string, Dictionary<string, List<string>>> folders = [];
        foreach (var (type, others) in uses.Where(pair => Folder(pair.Key) is not null))
        {
            if (!folders.TryGetValue(Folder(type)!, out var used)) folders[Folder(type)!] = used = [];
            foreach (var other in others.Where(other => Folder(other) is { } folder && folder != Folder(type)))
            {
                if (!used.TryGetValue(Folder(other)!, out var which)) used[Folder(other)!] = which = [];
                which.Add($"{Name(type)} → {Name(other)}");
            }
        }

        foreach (var folder in folders.Values.SelectMany(used => used.Keys).ToList()) folders.TryAdd(folder, []);
        return folders;
    }

    private static string? Folder(string type) =>
        type.StartsWith(Root, StringComparison.Ordinal) && type.LastIndexOf('.') is var end && end > Root.Length ? type[Root.Length..end] : null;

    private static string Name(string type) => type[(type.LastIndexOf('.') + 1)..];
}
