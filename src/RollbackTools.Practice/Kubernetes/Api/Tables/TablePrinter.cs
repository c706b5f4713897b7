using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>One column, as metav1.TableColumnDefinition; priority 1 shows with <c>-o wide</c> only.</summary>
internal sealed record Column(string Name, string Type = "string", string Format = "", int Priority = 0);

/// <summary>How one kind is shown: kubectl prints what the server computes.</summary>
internal sealed record TablePrinter(IReadOnlyList<Column> Columns, Action<JsonElement, DateTimeOffset, Cells> Print)
{
    public static readonly Column Name = new("Name", Format: "name");
    public static readonly Column Age = new("Age");

    public static Column Wide(string name) => new(name, Priority: 1);

    public static Column Number(string name) => new(name, "integer");
}

/// <summary>Writes the cells of one row, in the order of the columns.</summary>
internal readonly struct Cells(Utf8JsonWriter json)
{
    public Cells Text(string text)
    {
        json.WriteStringValue(text);
        return this;
    }

    public Cells Number(long number)
    {
        json.WriteNumberValue(number);
        return this;
    }
}
