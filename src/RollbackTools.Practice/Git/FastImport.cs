using System.Globalization;
using System.Text;

namespace RollbackTools.Practice.Git;

/// <summary>Writes the stream that <c>git fast-import</c> reads: the quickest way to make history, and one that needs no work tree.</summary>
internal sealed class FastImport(Stream output)
{
    public const string Command = "fast-import";

    private int marks;

    /// <summary>
    /// A commit on <paramref name="reference"/>, whose mark it returns. Without <paramref name="from"/> it follows what the stream
    /// itself put there, or begins a history.
    /// </summary>
    /// <param name="from">Parent: a mark (<c>:5</c>), a SHA or a ref.</param>
    /// <param name="merges">The second parent.</param>
    public async Task<string> CommitAsync(string reference, CommitDraft draft, string? from = null, string? merges = null)
    {
        var mark = $":{++marks}";
        var when = Moment(draft.Date);
        StringBuilder head = new();
        head.Append($"commit {reference}\nmark {mark}\nauthor {draft.Author} {when}\ncommitter {draft.Author} {when}\n");
        await WriteAsync(head.ToString());
        await DataAsync(draft.Message);
        if (from is not null) await WriteAsync($"from {from}\n");
        if (merges is not null) await WriteAsync($"merge {merges}\n");
        foreach (var (path, content) in draft.Changes)
        {
            await WriteAsync(content is null ? $"D {Quoted(path)}\n" : $"M 100644 inline {Quoted(path)}\n");
            if (content is not null) await DataAsync(content);
        }

        await WriteAsync("\n");
        return mark;
    }

    /// <summary>Points a branch or a lightweight tag somewhere.</summary>
    public Task ResetAsync(string reference, string to) => WriteAsync($"reset {reference}\nfrom {to}\n\n");

    /// <summary>An annotated tag.</summary>
    public async Task TagAsync(string name, string target, GitAuthor tagger, DateTimeOffset date, string message)
    {
        await WriteAsync($"tag {name}\nfrom {target}\ntagger {tagger} {Moment(date)}\n");
        await DataAsync(message);
    }

    public Task EndAsync() => output.FlushAsync();

    private static string Moment(DateTimeOffset date) =>
        string.Create(CultureInfo.InvariantCulture, $"{date.ToUnixTimeSeconds()} {(date.Offset < TimeSpan.Zero ? '-' : '+')}{date.Offset:hhmm}");

    private static string Quoted(string path)
    {
        var escaped = path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped.Replace("\n", "\\n", StringComparison.Ordinal)}\"";
    }

    private async Task DataAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await WriteAsync($"data {bytes.Length}\n");
        await output.WriteAsync(bytes);
        await WriteAsync("\n");
    }

    private async Task WriteAsync(string text) => await output.WriteAsync(Encoding.UTF8.GetBytes(text));
}
