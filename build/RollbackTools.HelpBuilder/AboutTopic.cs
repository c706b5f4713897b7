using System.Text;
using Markdig.Syntax;

namespace RollbackTools.HelpBuilder;

/// <summary>An about_ topic as plain text of at most 80 columns, in the form Get-Help shows it.</summary>
internal static class AboutTopic
{
    private const int Width = 80;

    public static string Write(string markdown)
    {
        var text = new StringBuilder();
        foreach (var block in MarkdownText.Parse(markdown))
        {
            if (block is HeadingBlock heading)
            {
                var title = MarkdownText.Inline(heading.Inline);
                text.Append(heading.Level switch { 1 => "TOPIC\n    " + title, 2 => title.ToUpperInvariant(), _ => "  " + title }).Append("\n\n");
                continue;
            }

            foreach (var paragraph in MarkdownText.Paragraphs([block]))
                text.Append(block is CodeBlock ? Indent(paragraph, "    ") : Wrap(paragraph)).Append(block is ListBlock { IsLoose: false } ? "\n" : "\n\n");
            if (block is ListBlock { IsLoose: false }) text.Append('\n');
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static string Indent(string text, string by) => string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : by + line));

    private static string Wrap(string paragraph)
    {
        var lines = new List<string>();
        foreach (var source in paragraph.Split('\n'))
        {
            var hanging = new string(' ', 4 + source.TakeWhile(c => c == ' ').Count() + (source.TrimStart().StartsWith("- ", StringComparison.Ordinal) ? 2 : 0));
            var line = new string(' ', 4 + source.TakeWhile(c => c == ' ').Count());
            var empty = true;
            foreach (var word in source.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!empty && line.Length + 1 + word.Length > Width)
                {
                    lines.Add(line);
                    (line, empty) = (hanging, true);
                }

                line += empty ? word : " " + word;
                empty = false;
            }

            lines.Add(line);
        }

        return string.Join('\n', lines);
    }
}
