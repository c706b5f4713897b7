namespace RollbackTools.Integrations.Git;

/// <summary>Names in the order of the versions in them: v1.9 before v1.10, and v1.10-rc1 before v1.10.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x ?? "", y ?? "");
        var (i, j) = (0, 0);
        while (i < left.Length && j < right.Length)
        {
            int order;
            if (char.IsAsciiDigit(left[i]) && char.IsAsciiDigit(right[j])) order = CompareNumbers(Number(left, ref i), Number(right, ref j));
            else order = left[i++].CompareTo(right[j++]);
            if (order != 0) return order;
        }

        // What follows after a '-' makes it earlier than the release without it.
        if (i < left.Length) return left[i] == '-' ? -1 : 1;
        if (j < right.Length) return right[j] == '-' ? 1 : -1;
        return string.CompareOrdinal(left, right);
    }

    private static string Number(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
        return text[start..position].TrimStart('0');
    }

    // As text: a date with a build number is longer than any integer.
    private static int CompareNumbers(string left, string right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
}
