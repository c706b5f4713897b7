using System.Text;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>
/// Takes whole objects out of what a server says. For an immutable field it prints the value there is, environment and all:
/// <c>Invalid value: core.PodTemplateSpec{…}: field is immutable</c>.
/// </summary>
internal static class ValueDump
{
    private const string Value = "value: ";

    public static string Shorten(string message)
    {
        StringBuilder shortened = new(message.Length);
        var at = 0;
        while (message.IndexOf(Value, at, StringComparison.Ordinal) is >= 0 and var found)
        {
            var start = found + Value.Length;
            shortened.Append(message, at, start - at);
            at = EndOfDump(message, start);
            if (at > start) shortened.Append("{…}");
        }

        return shortened.Append(message, at, message.Length - at).ToString();
    }

    // Where it begins when it is a text or a number: those name what is wrong.
    private static int EndOfDump(string message, int start)
    {
        var at = start;
        // Go's name of a type (core.PodSpec, []core.Container, map[string]string, &v1.X), or nothing before JSON.
        while (at < message.Length && (char.IsLetterOrDigit(message[at]) || message[at] is '.' or '_' or '*' or '&' or '[' or ']')) at++;
        if (at < message.Length && message[at] == '{') return Closing(message, at);
        return message.AsSpan(start).StartsWith("[{") || message.AsSpan(start).StartsWith("[\"") ? Closing(message, start) : start;
    }

    private static int Closing(string message, int open)
    {
        var depth = 0;
        for (var at = open; at < message.Length; at++)
        {
            switch (message[at])
            {
                case '"':
                    for (at++; at < message.Length && message[at] != '"'; at++)
                        if (message[at] == '\\') at++;
                    break;
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']':
                    if (--depth == 0) return at + 1;
                    break;
            }
        }

        // Cut off on the way: then all of the rest belongs to it.
        return message.Length;
    }
}
