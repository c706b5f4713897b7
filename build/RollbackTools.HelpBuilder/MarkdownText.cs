using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RollbackTools.HelpBuilder;

/// <summary>Markdown as the plain paragraphs a console shows.</summary>
internal static class MarkdownText
{
    public static MarkdownDocument Parse(string text) => Markdown.Parse(text, new MarkdownPipelineBuilder().UseYamlFrontMatter().Build());

    public static IReadOnlyList<string> Paragraphs(IEnumerable<Block> blocks) => blocks.SelectMany(Paragraphs).ToList();

    public static string Code(LeafBlock block) => block.Lines.ToString().TrimEnd();

    public static string Inline(ContainerInline? inline) => string.Concat((inline ?? Enumerable.Empty<Inline>()).Select(Text)).Trim();

    private static IEnumerable<string> Paragraphs(Block block) => block switch
    {
        CodeBlock code => [string.Join('\n', Code(code).Split('\n').Select(line => line.Length == 0 ? line : "    " + line))],
        LeafBlock { Inline: { } inline } => [Inline(inline)],
        ListBlock list => list.OfType<ListItemBlock>().Select((item, index) => Item(item, list.IsOrdered ? $"{index + 1}. " : "- ")),
        ContainerBlock container => Paragraphs((IEnumerable<Block>)container),
        _ => [],
    };

    private static string Item(ListItemBlock item, string mark)
    {
        var text = string.Join("\n", Paragraphs((IEnumerable<Block>)item));
        return mark + text.Replace("\n", "\n" + new string(' ', mark.Length), StringComparison.Ordinal);
    }

    private static string Text(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline { IsHard: true } => "\n",
        LineBreakInline => " ",
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        AutolinkInline link => link.Url,
        LinkInline { Url: { } url } link when url.StartsWith("http", StringComparison.Ordinal) && Inline(link) != url => $"{Inline(link)} ({url})",
        ContainerInline container => string.Concat(container.Select(Text)),
        _ => "",
    };
}
