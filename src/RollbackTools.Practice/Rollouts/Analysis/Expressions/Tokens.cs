using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Rollouts.Analysis.Expressions;

/// <summary>The words of an expression, one after the other.</summary>
internal sealed partial class Tokens
{
    private readonly List<string> words = [];
    private int at;

    /// <summary>Throws <see cref="FormatException"/> for a character that belongs to none.</summary>
    public Tokens(string text)
    {
        var position = 0;
        while (position < text.Length)
        {
            if (char.IsWhiteSpace(text[position]))
            {
                position++;
                continue;
            }

            var match = Word().Match(text, position);
            if (!match.Success) throw new FormatException($"unexpected character: '{text[position]}' at position {position + 1}");
            words.Add(match.Value);
            position += match.Length;
        }
    }

    public string? Peek => at < words.Count ? words[at] : null;

    /// <summary>Throws <see cref="FormatException"/> at the end.</summary>
    public string Take() => at < words.Count ? words[at++] : throw new FormatException("unexpected end of input");

    /// <summary>Takes the next word when it is one of these.</summary>
    public bool Skip(params ReadOnlySpan<string> any)
    {
        if (Peek is not { } next || !any.Contains(next)) return false;
        at++;
        return true;
    }

    public void Expect(string word)
    {
        if (!Skip(word)) throw new FormatException($"unexpected {(Peek is { } found ? $"\"{found}\"" : "end of input")}, expected \"{word}\"");
    }

    [GeneratedRegex("""\G(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?(?:[a-z]+\b)?|[A-Za-z_][A-Za-z0-9_:]*|&&|\|\||==|!=|=~|!~|<=|>=|[-+*/%<>!()\[\]{},.?:=])""")]
    private static partial Regex Word();
}
