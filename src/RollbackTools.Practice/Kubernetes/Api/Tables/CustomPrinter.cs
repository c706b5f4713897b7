using RollbackTools.Practice.Kubernetes.Storage;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>Custom kinds: the columns their definition names, or their age when it names none.</summary>
internal static class CustomPrinter
{
    public static TablePrinter Of(ResourceType type)
    {
        if (type.PrinterColumns.Count == 0) return OtherPrinters.NameAndAge;
        var paths = type.PrinterColumns.Select(column => (column.Type, Path: column.Path.Split('.'))).ToList();
        return new TablePrinter(
            [Name, .. type.PrinterColumns.Select(column => new Column(column.Name, column.Type, Priority: column.Priority))],
            (item, now, cells) =>
            {
                cells.Text(item.Text("metadata", "name"));
                foreach (var (kind, path) in paths)
                {
                    if (kind == "integer" && item.Has(path)) cells.Number(item.Number(path));
                    else cells.Text(kind == "date" ? Words.Since(item.Time(path), now) : item.Text(path));
                }
            });
    }
}
