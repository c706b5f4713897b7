using System.Text;
using System.Text.RegularExpressions;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>Prints objects as PowerShell would with this module's views: for drills, and for tests of what operators read.</summary>
/// <param name="width">Columns of the screen.</param>
/// <param name="colour">Keep the colours the views ask for.</param>
public sealed partial class ViewFormatter(int width = 100, bool colour = false)
{
    /// <summary>A table, or what Out-Default would choose; objects without a view of ours print as their text.</summary>
    public string Format(IReadOnlyList<object> objects) => Write(objects, table: true);

    /// <summary>Format-List.</summary>
    public string FormatList(IReadOnlyList<object> objects) => Write(objects, table: false);

    private string Write(IReadOnlyList<object> objects, bool table)
    {
        StringBuilder text = new();
        for (var at = 0; at < objects.Count;)
        {
            var view = ViewOf(objects[at], table);
            var run = objects.Skip(at).TakeWhile(one => ViewOf(one, table) == view).ToList();
            if (view is null) run.ForEach(one => text.AppendLine(one.ToString()));
            else if (table) WriteTable(text, view, run);
            else WriteLists(text, view, run);
            at += run.Count;
        }

        return text.ToString();
    }

    private static ViewDefinition? ViewOf(object value, bool table)
    {
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            if (ViewDefinition.Shipped.FirstOrDefault(view => view.IsTable == table && view.Types.Contains(type.FullName)) is { } view) return view;
        }

        return null;
    }

    private void WriteTable(StringBuilder text, ViewDefinition view, List<object> rows)
    {
        var columns = Fit(view.Fields);
        foreach (var group in Adjacent(rows, view.GroupBy))
        {
            text.AppendLine();
            if (view.GroupBy is { } by) text.AppendLine($"   {by.Label}: {group.Key}").AppendLine();
            WriteRow(text, columns, column => column.Label, wrap: false);
            WriteRow(text, columns, column => new string('-', column.Label.Length), wrap: false);
            foreach (var row in group.Rows) WriteRow(text, columns, column => column.Value.For(row), view.Wraps);
        }

        text.AppendLine();
    }

    private void WriteLists(StringBuilder text, ViewDefinition view, List<object> objects)
    {
        var label = view.Fields.Max(field => field.Label.Length);
        foreach (var one in objects)
        {
            text.AppendLine();
            foreach (var field in view.Fields)
            {
                var lines = Paint(field.Value.For(one)).Split('\n').SelectMany(line => Wrap(line.TrimEnd('\r'), width - label - 3)).ToList();
                text.Append(field.Label.PadRight(label)).Append(" : ").AppendLine(lines[0]);
                foreach (var more in lines.Skip(1)) text.Append(' ', label + 3).AppendLine(more);
            }
        }

        text.AppendLine();
    }

    /// <summary>As many columns as the screen takes; those without a width share what the others leave.</summary>
    internal List<(ViewField Field, int Width)> Fit(IReadOnlyList<ViewField> fields)
    {
        List<(ViewField, int)> columns = [];
        var left = width - 1;
        var open = fields.Count(field => field.Width is null);
        var taken = fields.Sum(field => (field.Width ?? 0) + 1);
        foreach (var field in fields)
        {
            var wanted = Math.Min(field.Width ?? Math.Max(field.Label.Length, (width - taken) / open), left);
            if (wanted < Math.Min(field.Label.Length, 4)) break;
            columns.Add((field, wanted));
            left -= wanted + 1;
        }

        return columns;
    }

    private void WriteRow(StringBuilder text, List<(ViewField Field, int Width)> columns, Func<ViewField, string> cell, bool wrap)
    {
        var cells = columns.Select(column => Cell(Paint(cell(column.Field).ReplaceLineEndings(" ")), column.Width, wrap).ToList()).ToList();
        for (var line = 0; line < cells.Max(lines => lines.Count); line++)
        {
            StringBuilder row = new();
            foreach (var ((field, cellWidth), lines) in columns.Zip(cells))
            {
                var value = line < lines.Count ? lines[line] : "";
                var padding = new string(' ', cellWidth - Plain(value).Length);
                row.Append(field.Right ? padding + value : value + padding).Append(' ');
            }

            text.AppendLine(row.ToString().TrimEnd());
        }
    }

    private static IEnumerable<string> Cell(string value, int width, bool wrap)
    {
        var plain = Plain(value);
        if (plain.Length <= width) return [value];
        return wrap ? WrapWords(plain, width) : [plain[..(width - 1)] + "…"];
    }

    private static IEnumerable<string> WrapWords(string text, int width)
    {
        while (text.Length > width)
        {
            var cut = text.LastIndexOf(' ', width);
            if (cut <= 0) cut = width;
            yield return text[..cut];
            text = text[cut..].TrimStart();
        }

        yield return text;
    }

    private static IEnumerable<(string Key, List<object> Rows)> Adjacent(List<object> rows, ViewField? by)
    {
        List<(string Key, List<object> Rows)> groups = [];
        foreach (var row in rows)
        {
            var key = by?.Value.For(row) ?? "";
            if (groups.Count == 0 || groups[^1].Key != key) groups.Add((key, []));
            groups[^1].Rows.Add(row);
        }

        return groups;
    }

    private static IEnumerable<string> Wrap(string line, int columns)
    {
        while (Plain(line).Length == line.Length && line.Length > columns)
        {
            yield return line[..columns];
            line = line[columns..];
        }

        yield return line;
    }

    private string Paint(string text) => colour ? text : Plain(text);

    private static string Plain(string text) => Escape().Replace(text, "");

    [GeneratedRegex(@"\u001b\[[0-9;]*m")]
    private static partial Regex Escape();
}
