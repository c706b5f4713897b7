using System.Collections;
using System.Globalization;
using System.Text;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>One argument as typed. A name without a value is a switch, or waits for the next argument.</summary>
public sealed record Argument(string? Parameter, object? Value, bool HasValue);

/// <summary>
/// One command of a pipeline, before it is bound. Without a command it is an expression whose values start the pipeline.
/// <see cref="ToString"/> is the line an operator would type.
/// </summary>
public sealed record Invocation(string? Command, IReadOnlyList<Argument> Arguments)
{
    public static Invocation Of(string command) => new(command, []);

    /// <summary>Objects at the head of a pipeline, as from a variable.</summary>
    public static Invocation Values(params IEnumerable<object?> values) => new(null, [.. values.Select(value => new Argument(null, value, true))]);

    public Invocation With(string parameter, object? value) => this with { Arguments = [.. Arguments, new Argument(parameter, value, true)] };

    public Invocation With(object? positional) => this with { Arguments = [.. Arguments, new Argument(null, positional, true)] };

    public Invocation Switch(string parameter) => this with { Arguments = [.. Arguments, new Argument(parameter, null, false)] };

    public override string ToString()
    {
        if (Command is null) return string.Join(",", Arguments.Select(argument => Literal(argument.Value, quoteAlways: true)));

        StringBuilder line = new(Command);
        foreach (var argument in Arguments)
        {
            if (argument.Parameter is { } name) line.Append(" -").Append(name);
            if (!argument.HasValue) continue;
            line.Append(argument is { Parameter: not null, Value: bool } ? ':' : ' ').Append(Literal(argument.Value, quoteAlways: false));
        }

        return line.ToString();
    }

    private static string Literal(object? value, bool quoteAlways) => value switch
    {
        null => "$null",
        bool flag => flag ? "$true" : "$false",
        string text => quoteAlways || NeedsQuotes(text) ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text,
        IDictionary table => $"@{{ {string.Join("; ", table.Keys.Cast<object>().Select(key => $"{Literal(key.ToString(), false)} = {Literal(table[key], true)}"))} }}",
        IEnumerable many => string.Join(",", many.Cast<object?>().Select(one => Literal(one, quoteAlways))),
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Literal(value.ToString(), quoteAlways),
    };

    private static bool NeedsQuotes(string text) =>
        text.Length == 0 || text[0] is '-' or '@' or '#' or '>' or '<' || text.Any(c => char.IsWhiteSpace(c) || c is '\'' or '"' or '|' or ';' or '&' or '(' or ')' or '{' or '}' or ',' or '`' or '$');
}
