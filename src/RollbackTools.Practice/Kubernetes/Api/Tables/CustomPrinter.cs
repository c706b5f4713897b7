using System.Text.Json;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Storage;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>Custom kinds: the columns their definition names, or their age when it names none.</summary>
internal static partial class CustomPrinter
{
    public static TablePrinter Of(ResourceType type)
    {
        if (type.PrinterColumns.Count == 0) return OtherPrinters.NameAndAge;
        var paths = type.PrinterColumns.Select(column => (column.Type, Steps: Step().Matches(column.Path))).ToList();
        return new TablePrinter(
            [Name, .. type.PrinterColumns.Select(column => new Column(column.Name, column.Type, Priority: column.Priority))],
            (item, now, cells) =>
            {
                cells.Text(item.Text("metadata", "name"));
                foreach (var (kind, steps) in paths)
                {
                    var value = Find(item, steps);
                    if (kind == "integer" && value.ValueKind == JsonValueKind.Number) cells.Number(value.Number());
                    else cells.Text(kind == "date" ? Words.Since(value.Time(), now) : value.Text());
                }
            });
    }

    /// <summary>Fields, and items of a list by one of their fields: <c>status.conditions[?(@.type=="Ready")].status</c>.</summary>
    private static JsonElement Find(JsonElement item, MatchCollection steps)
    {
        foreach (Match step in steps)
        {
            if (step.Groups["field"].Success) item = item.At(step.Groups["field"].Value.Replace("\\.", ".", StringComparison.Ordinal));
            else item = item.Items().FirstOrDefault(one => one.Text(step.Groups["key"].Value) == step.Groups["value"].Value);
        }

        return item;
    }

    [GeneratedRegex("""(?<field>(?:[^.\[\\]|\\.)+)|\[\?\(@\.(?<key>\w+)\s*==\s*["'](?<value>[^"']*)["']\)\]""")]
    private static partial Regex Step();
}
