using System.Xml.Linq;

namespace RollbackTools.HelpBuilder;

/// <summary>Writes the help file that Get-Help reads (MAML, as published in PSMaml's schema).</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static XDocument Write(IEnumerable<(Page Page, CmdletDescription Cmdlet)> pages, IReadOnlyList<Entry> common) => new(
        new XElement(XNamespace.Get("http://msh") + "helpItems", new XAttribute("schema", "maml"),
            pages.Select(pair => WriteCommand(pair.Page, pair.Cmdlet, common))));

    private static XElement WriteCommand(Page page, CmdletDescription cmdlet, IReadOnlyList<Entry> common)
    {
        IReadOnlyList<string> Text(ParameterDescription parameter) => PageCheck.TextOf(parameter, cmdlet, page, common) ?? [];
        var name = cmdlet.Name.Split('-', 2);
        return new(Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml), new XAttribute(XNamespace.Xmlns + "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(Command + "details",
                new XElement(Command + "name", cmdlet.Name), new XElement(Command + "verb", name[0]), new XElement(Command + "noun", name[1]),
                new XElement(Maml + "description", Paras(page.Synopsis))),
            new XElement(Maml + "description", Paras(page.Description)),
            new XElement(Command + "syntax", cmdlet.Sets.Select(set => new XElement(Command + "syntaxItem", new XElement(Maml + "name", cmdlet.Name),
                cmdlet.InSet(set).Select(row => WriteParameter(row.Parameter, row.Use, Text(row.Parameter)))))),
            new XElement(Command + "parameters", cmdlet.Parameters
                .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
                .Select(parameter => WriteParameter(parameter, MostGiving(parameter), Text(parameter)))),
            new XElement(Command + "inputTypes", page.Inputs.Select(entry => WriteType(Command + "inputType", entry))),
            new XElement(Command + "returnValues", page.Outputs.Select(entry => WriteType(Command + "returnValue", entry))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paras(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select((example, index) => WriteExample(example, index + 1))),
            new XElement(Command + "relatedLinks", page.Links.Select(link => new XElement(Maml + "navigationLink",
                new XElement(Maml + "linkText", link.Text), new XElement(Maml + "uri", link.Address)))));
    }

    // Outside a set, Get-Help shows one row per parameter: the use that accepts most.
    private static ParameterUse MostGiving(ParameterDescription parameter) => parameter.Uses
        .OrderByDescending(use => use.ByValue).ThenByDescending(use => use.ByPropertyName).ThenBy(use => use.Position ?? int.MaxValue).First();

    private static XElement WriteParameter(ParameterDescription parameter, ParameterUse use, IReadOnlyList<string> text) => new(
        Command + "parameter",
        new XAttribute("required", use.Mandatory), new XAttribute("variableLength", parameter.Type.IsArray),
        new XAttribute("globbing", parameter.Wildcards), new XAttribute("pipelineInput", use.PipelineInput),
        new XAttribute("position", use.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named"),
        new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
        new XElement(Maml + "name", parameter.Name),
        new XElement(Maml + "description", Paras(text)),
        parameter.AllowedValues.Count == 0 ? null : new XElement(Command + "parameterValueGroup", parameter.AllowedValues.Select(value =>
            new XElement(Command + "parameterValue", new XAttribute("required", false), new XAttribute("variableLength", false), value))),
        parameter.IsSwitch ? null : new XElement(Command + "parameterValue",
            new XAttribute("required", true), new XAttribute("variableLength", parameter.Type.IsArray), parameter.TypeName),
        new XElement(Dev + "type", new XElement(Maml + "name", parameter.TypeName), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", parameter.Default ?? (parameter.IsSwitch ? "False" : "None")));

    private static XElement WriteType(XName name, Entry entry) => new(name,
        new XElement(Dev + "type", new XElement(Maml + "name", entry.Name)), new XElement(Maml + "description", Paras(entry.Text)));

    private static XElement WriteExample(Example example, int number) => new(Command + "example",
        new XElement(Maml + "title", $"---------- Example {number}: {example.Title} ----------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paras(example.Remarks)));

    private static IEnumerable<XElement> Paras(IEnumerable<string> text) => text.Select(paragraph => new XElement(Maml + "para", paragraph));
}
