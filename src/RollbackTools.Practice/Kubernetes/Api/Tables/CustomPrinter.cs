using RollbackTools.Practice.Kubernetes.Storage;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>Custom kinds: the columns their definition names, or their age when it names none.</summary>
internal static class CustomPrinter
{
    public static TablePrinter Of(ResourceType type)
    {
        if (type.PrinterColumns.Count == 0) return OtherPrinters.NameAndAge;
        var paths = type.PrinterColumns.Select(column => column.Path.Split('.')).ToList();
        return new TablePrinter(
            [Name, .. type.PrinterColumns.Select(column => new Column(column.Name, Priority: column.Priority))],
            (item, _, cells) =>
            {
                cells.Text(item.Text("metadata", "name"));
                foreach (var path in paths) cells.Text(item.Text(path));
            });
    }
}
