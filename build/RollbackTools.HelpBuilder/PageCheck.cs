namespace RollbackTools.HelpBuilder;

/// <summary>What a page must say for its cmdlet to ship.</summary>
internal static class PageCheck
{
    public static IEnumerable<PageError> Check(Page page, CmdletDescription cmdlet, IReadOnlyList<Entry> common)
    {
        PageError Error(int line, string code, string message) => new(page.Path, line, code, message);

        if (page.Synopsis.Count != 1) yield return Error(1, "HELP010", $"{cmdlet.Name} needs a Synopsis of one paragraph.");
        if (page.Description.Count == 0) yield return Error(1, "HELP011", $"{cmdlet.Name} needs a Description.");
        if (page.Examples.Count == 0) yield return Error(1, "HELP012", $"{cmdlet.Name} needs an example.");
        foreach (var example in page.Examples.Where(example => !example.Code.Contains(cmdlet.Name, StringComparison.OrdinalIgnoreCase)))
            yield return Error(1, "HELP013", $"The example '{example.Title}' does not use {cmdlet.Name}.");

        foreach (var entry in page.Parameters.Where(entry => cmdlet.Parameters.All(parameter => parameter.Name != entry.Name)))
            yield return Error(entry.Line, "HELP020", $"{cmdlet.Name} has no parameter -{entry.Name}.");
        foreach (var twice in page.Parameters.GroupBy(entry => entry.Name).Where(group => group.Count() > 1))
            yield return Error(twice.Last().Line, "HELP021", $"-{twice.Key} is described twice.");
        foreach (var parameter in cmdlet.Parameters.Where(parameter => TextOf(parameter, cmdlet, page, common) is null))
            yield return Error(1, "HELP022", $"{cmdlet.Name} -{parameter.Name} is not described.");

        foreach (var type in cmdlet.OutputTypes.Where(type => page.Outputs.All(entry => entry.Name != type.FullName)))
            yield return Error(1, "HELP030", $"{cmdlet.Name} returns {type.FullName}, which its Outputs section does not name.");
        foreach (var entry in page.Outputs.Where(entry => entry.Name != "None" && cmdlet.OutputTypes.All(type => type.FullName != entry.Name)))
            yield return Error(entry.Line, "HELP031", $"{cmdlet.Name} does not declare that it returns {entry.Name}.");

        if (page.Syntax is null || !page.Syntax.SequenceEqual(SyntaxText.Of(cmdlet)))
            yield return Error(1, "HELP040", $"The Syntax section is not {cmdlet.Name}'s. './build.ps1 -Task Docs' writes it anew.");
    }

    /// <summary>The page's own words, else those shared by every cmdlet that inherits the parameter.</summary>
    public static IReadOnlyList<string>? TextOf(ParameterDescription parameter, CmdletDescription cmdlet, Page page, IReadOnlyList<Entry> common) =>
        (page.Parameters.FirstOrDefault(entry => entry.Name == parameter.Name)
            ?? (parameter.DeclaredBy == cmdlet.Type ? null : common.FirstOrDefault(entry => entry.Name == parameter.Name)))?.Text is { Count: > 0 } text
            ? text : null;
}
