namespace RollbackTools.Integrations.Kustomize;

/// <summary>Whole lines put into a text or taken out of it.</summary>
internal sealed class LineEdits(string text, string newLine)
{
    public static string Spaces(int count) => new(' ', count);

    public int ColumnOf(int position) => position - StartOf(position);

    /// <summary>What stands on a position's line before it: <c>"  - "</c>.</summary>
    public string Before(int position) => text[StartOf(position)..position];

    /// <summary>After the line on which <paramref name="position"/> is the end of something. Comments on that line stay on it.</summary>
    public string InsertAfter(int position, string[] lines)
    {
        if (position > 0 && text[position - 1] == '\n') return text.Insert(position, string.Concat(lines.Select(line => line + newLine)));
        return text.Insert(EndOf(position), string.Concat(lines.Select(line => newLine + line)));
    }

    /// <summary>The lines from the start to the end of something that has them to itself.</summary>
    public string Remove(int start, int end)
    {
        var (first, last) = (StartOf(start), EndOf(end));
        var next = text.IndexOf('\n', last);
        // The last line has no end to take along, so the one before gives up its own.
        return next >= 0 ? text.Remove(first, next + 1 - first) : text.Remove(EndOf(first - 1), text.Length - EndOf(first - 1));
    }

    private int StartOf(int position) => position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;

    // Before the line's "\n" or "\r\n".
    private int EndOf(int position)
    {
        var end = text.IndexOf('\n', position);
        if (end < 0) return text.Length;
        return end > 0 && text[end - 1] == '\r' ? end - 1 : end;
    }
}
