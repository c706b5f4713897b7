using System.Globalization;
using System.Text;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>Reads a commit object as it is stored: no output format that a message could break out of.</summary>
internal static class CommitParser
{
    public static GitCommit Parse(string id, ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = (split < 0 ? text : text[..split]).Split('\n');
        var message = (split < 0 ? "" : text[(split + 2)..]).ReplaceLineEndings("\n").Trim('\n');
        var paragraph = message.IndexOf("\n\n", StringComparison.Ordinal);
        return new GitCommit
        {
            Id = id,
            Parents = [.. Values(headers, "parent")],
            Author = Signature(Values(headers, "author").FirstOrDefault() ?? ""),
            Committer = Signature(Values(headers, "committer").FirstOrDefault() ?? ""),
            Subject = (paragraph < 0 ? message : message[..paragraph]).Replace('\n', ' '),
            Body = paragraph < 0 ? "" : message[(paragraph + 2)..],
        };
    }

    private static IEnumerable<string> Values(string[] headers, string name) =>
        headers.Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]);

    // "Name <email> 1767225600 +0100"; fields can be odd in old or made-up commits, and then are left empty.
    private static GitSignature Signature(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var close = text.LastIndexOf('>');
        if (open < 0 || close < open) return new GitSignature(text, "", DateTimeOffset.UnixEpoch);
        var when = text[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new GitSignature(text[..open].Trim(), text[(open + 1)..close], When(when));
    }

    private static DateTimeOffset When(string[] fields)
    {
        if (fields.Length < 1 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_000_000)
            return DateTimeOffset.UnixEpoch;
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (fields.Length < 2 || !int.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var zone)) return at;
        var minutes = (zone / 100 * 60) + (zone % 100);
        return Math.Abs(minutes) <= 14 * 60 ? at.ToOffset(TimeSpan.FromMinutes(minutes)) : at;
    }
}
