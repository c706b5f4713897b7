using System.Globalization;
using System.Text;

namespace RollbackTools.Integrations.Git;

/// <summary>A tree object's entries, in bytes: names need not be UTF-8, and an entry that is not ours must not change.</summary>
internal sealed class RawTree(List<RawTree.Entry> entries)
{
    public const string Directory = "40000";
    public const string SymbolicLink = "120000";
    public const string Submodule = "160000";
    public const string File = "100644";

    public IReadOnlyList<Entry> Entries => entries;

    public bool IsEmpty => entries.Count == 0;

    /// <summary>"mode name\0id", again and again.</summary>
    public static RawTree Parse(ReadOnlySpan<byte> content, int idLength)
    {
        List<Entry> entries = [];
        while (content.Length > 0)
        {
            var space = content.IndexOf((byte)' ');
            var end = content.IndexOf((byte)0);
            entries.Add(new Entry(
                Encoding.ASCII.GetString(content[..space]), content[(space + 1)..end].ToArray(),
                Convert.ToHexString(content.Slice(end + 1, idLength)).ToLowerInvariant()));
            content = content[(end + 1 + idLength)..];
        }

        return new RawTree(entries);
    }

    public Entry? Find(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return entries.Find(entry => entry.Name.AsSpan().SequenceEqual(bytes));
    }

    public void Set(string name, string mode, string id)
    {
        Remove(name);
        entries.Add(new Entry(mode, Encoding.UTF8.GetBytes(name), id));
        entries.Sort(InTreeOrder);
    }

    public void Remove(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        entries.RemoveAll(entry => entry.Name.AsSpan().SequenceEqual(bytes));
    }

    /// <summary>The object's bytes.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream bytes = new();
        foreach (var entry in entries)
        {
            bytes.Write(Encoding.ASCII.GetBytes(entry.Mode + " "));
            bytes.Write(entry.Name);
            bytes.WriteByte(0);
            bytes.Write(Convert.FromHexString(entry.Id));
        }

        return bytes.ToArray();
    }

    /// <summary>As git mktree -z reads it.</summary>
    public void WriteTo(Stream input)
    {
        foreach (var entry in entries)
        {
            var type = entry.Mode switch { Directory => "tree", Submodule => "commit", _ => "blob" };
            input.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{entry.Mode} {type} {entry.Id}\t")));
            input.Write(entry.Name);
            input.WriteByte(0);
        }
    }

    // Git sorts a directory as if its name ended in '/'.
    private static int InTreeOrder(Entry left, Entry right) => left.SortKey.AsSpan().SequenceCompareTo(right.SortKey);

    internal sealed record Entry(string Mode, byte[] Name, string Id)
    {
        public byte[] SortKey => Mode == Directory ? [.. Name, (byte)'/'] : Name;
    }
}
