using System.Collections.ObjectModel;

namespace RollbackTools.Operations.Reports;

/// <summary>A list whose text is its items, where a report has one cell for it: Export-Csv writes what ToString says.</summary>
public sealed class ReadableList<T> : ReadOnlyCollection<T>
{
    private ReadableList(IList<T> items)
        : base(items)
    {
    }

    public override string ToString() => string.Join("; ", this);

    /// <summary>Itself when it is one already; nothing counts as empty.</summary>
    internal static ReadableList<T> Of(IEnumerable<T>? items) => items as ReadableList<T> ?? new ReadableList<T>([.. items ?? []]);
}
