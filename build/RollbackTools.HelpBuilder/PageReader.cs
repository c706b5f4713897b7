using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RollbackTools.HelpBuilder;

/// <summary>Reads a page: level-2 headings are its sections, level-3 headings the entries in them.</summary>
internal static class PageReader
{
    public static Page Read(string path, ICollection<PageError> errors)
    {
        var page = new Page(path, Path.GetFileNameWithoutExtension(path));
        var blocks = MarkdownText.Parse(File.ReadAllText(path)).ToList();
        if (blocks.OfType<HeadingBlock>().FirstOrDefault() is not { Level: 1 } title || MarkdownText.Inline(title.Inline) != page.Name)
            errors.Add(new(path, 1, "HELP001", $"The page must begin with '# {page.Name}'."));

        foreach (var (heading, body) in Split(blocks, level: 2))
            ReadSection(page, heading, body, errors);
        return page;
    }

    private static void ReadSection(Page page, HeadingBlock heading, IReadOnlyList<Block> body, ICollection<PageError> errors)
    {
        var name = MarkdownText.Inline(heading.Inline);
        switch (name)
        {
            case "Synopsis": page.Synopsis = MarkdownText.Paragraphs(body); break;
            case "Syntax": page.Syntax = body.OfType<CodeBlock>().SelectMany(code => MarkdownText.Code(code).Split('\n'))
                .Where(line => line.Length > 0).ToList(); break;
            case "Description": page.Description = MarkdownText.Paragraphs(body); break;
            case "Examples": page.Examples.AddRange(Split(body, level: 3).Select(part => ReadExample(part.Heading, part.Body))); break;
            case "Parameters": page.Parameters.AddRange(Entries(body)); break;
            case "Inputs": page.Inputs.AddRange(Entries(body)); break;
            case "Outputs": page.Outputs.AddRange(Entries(body)); break;
            case "Notes": page.Notes = MarkdownText.Paragraphs(body); break;
            case "Related links": page.Links.AddRange(Links(body)); break;
            default: errors.Add(new(page.Path, heading.Line + 1, "HELP002", $"'{name}' is not a section of a cmdlet's page.")); break;
        }
    }

    private static Example ReadExample(HeadingBlock heading, IReadOnlyList<Block> body)
    {
        var code = body.OfType<CodeBlock>().FirstOrDefault();
        return new(MarkdownText.Inline(heading.Inline), code is null ? "" : MarkdownText.Code(code),
            MarkdownText.Paragraphs(body.Where(block => block != code)));
    }

    private static IEnumerable<Entry> Entries(IReadOnlyList<Block> body) => Split(body, level: 3)
        .Select(part => new Entry(MarkdownText.Inline(part.Heading.Inline).TrimStart('-'), MarkdownText.Paragraphs(part.Body), part.Heading.Line + 1));

    private static IEnumerable<(string, string)> Links(IReadOnlyList<Block> body) => body
        .SelectMany(block => block.Descendants<LinkInline>())
        .Select(link => (MarkdownText.Inline(link), link.Url is { } url && url.StartsWith("http", StringComparison.Ordinal) ? url : ""));

    private static IEnumerable<(HeadingBlock Heading, IReadOnlyList<Block> Body)> Split(IReadOnlyList<Block> blocks, int level)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i] is not HeadingBlock heading || heading.Level != level) continue;
            yield return (heading, blocks.Skip(i + 1).TakeWhile(block => block is not HeadingBlock next || next.Level > level).ToList());
        }
    }
}
