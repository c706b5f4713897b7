using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>One column or list line: its label and how its value is found.</summary>
internal sealed record ViewField(string Label, int? Width, bool Right, ViewValue Value);

/// <summary>One view of a format.ps1xml, table or list.</summary>
internal sealed record ViewDefinition(IReadOnlyList<string> Types, bool IsTable, IReadOnlyList<ViewField> Fields, ViewField? GroupBy)
{
    /// <summary>Long cells go on below instead of being cut.</summary>
    public bool Wraps { get; init; }

    /// <summary>The views this module ships; PowerShell reads the very same files.</summary>
    public static IReadOnlyList<ViewDefinition> Shipped { get; } =
    [
        .. typeof(ViewDefinition).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".format.ps1xml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).SelectMany(Read),
    ];

    private static IEnumerable<ViewDefinition> Read(string resource)
    {
        using var stream = typeof(ViewDefinition).Assembly.GetManifestResourceStream(resource)!;
        return [.. XDocument.Load(stream).Descendants("View").Select(Of)];
    }

    private static ViewDefinition Of(XElement view)
    {
        var group = view.Element("GroupBy");
        return new ViewDefinition(
            [.. view.Element("ViewSelectedBy")!.Elements("TypeName").Select(type => type.Value)],
            view.Element("TableControl") is not null,
            view.Element("TableControl") is { } table ? Columns(table) : Lines(view.Element("ListControl")!),
            group is null ? null : new ViewField(group.Element("Label")!.Value, null, false, ViewValue.Of(group)))
        {
            Wraps = view.Descendants("Wrap").Any(),
        };
    }

    private static List<ViewField> Columns(XElement table) =>
    [
        .. table.Descendants("TableColumnHeader").Zip(table.Descendants("TableColumnItem"), (header, item) => new ViewField(
            header.Element("Label")!.Value, (int?)header.Element("Width"), header.Element("Alignment")?.Value == "Right", ViewValue.Of(item))),
    ];

    private static List<ViewField> Lines(XElement list) =>
        [.. list.Descendants("ListItem").Select(item => new ViewField(item.Element("Label")!.Value, null, false, ViewValue.Of(item)))];
}

/// <summary>
/// A property, or a script block of the one form our views use: <c>[Type]::Method($_.A, $_.B)</c>. Anything else is a mistake in
/// the view, found when it is read.
/// </summary>
internal sealed partial record ViewValue(MethodInfo? Method, IReadOnlyList<string> Properties)
{
    public static ViewValue Of(XElement item)
    {
        if (item.Element("PropertyName") is { } property) return new ViewValue(null, [property.Value]);
        var script = item.Element("ScriptBlock")!.Value.Trim();
        var call = Call().Match(script);
        if (!call.Success) throw new FormatException($"A view may only call [Type]::Method($_.Property, …), not: {script}");

        string[] properties = [.. call.Groups["property"].Captures.Select(capture => capture.Value)];
        var method = typeof(ViewValue).Assembly.GetType(call.Groups["type"].Value, throwOnError: true)!
            .GetMethods(BindingFlags.Public | BindingFlags.Static)
            .FirstOrDefault(candidate => candidate.Name == call.Groups["method"].Value && candidate.GetParameters().Length == properties.Length)
            ?? throw new FormatException($"A view calls what does not exist: {script}");
        return new ViewValue(method, properties);
    }

    public string For(object value)
    {
        var values = Properties.Select(name => value.GetType().GetProperty(name) is { } property
            ? property.GetValue(value)
            : throw new FormatException($"A view shows {name}, which {value.GetType().Name} does not have.")).ToArray();
        return (Method is null ? values[0] : Method.Invoke(null, values)) switch
        {
            null => "",
            string text => text,
            System.Collections.IEnumerable many => $"{{{string.Join(", ", many.Cast<object>())}}}",
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            var other => other.ToString() ?? "",
        };
    }

    [GeneratedRegex(@"^\[(?<type>[\w.]+)\]::(?<method>\w+)\((\s*\$_\.(?<property>\w+)\s*,?)*\)$")]
    private static partial Regex Call();
}
