using System.Collections;
using System.Globalization;
using System.Text;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>
/// Reads the part of PowerShell's grammar that drills and tests type: commands and literals in a pipeline, quoted text, numbers,
/// <c>$true</c>, variables, lists with commas, <c>@( )</c> and <c>@{ }</c>. Not a shell: nothing is evaluated.
/// </summary>
internal sealed class CommandLineReader(string line, IReadOnlyDictionary<string, object?> variables)
{
    private const string EndsWord = "|,;(){}'\"";
    private int at;

    public static IReadOnlyList<Invocation> Read(string line, IReadOnlyDictionary<string, object?> variables) => new CommandLineReader(line, variables).ReadPipeline();

    private List<Invocation> ReadPipeline()
    {
        List<Invocation> stages = [];
        do stages.Add(ReadStage());
        while (Take('|'));
        return at == line.Length ? stages : throw Unexpected();
    }

    private Invocation ReadStage()
    {
        SkipSpace();
        if (at < line.Length && (line[at] is '\'' or '"' or '$' or '@' || char.IsAsciiDigit(line[at])))
            return Invocation.Values(ReadList() is var head && head is IEnumerable many and not (string or IDictionary) ? many.Cast<object?>() : [head]);

        var command = ReadWord();
        if (command.Length == 0) throw Unexpected();
        List<Argument> arguments = [];
        while (true)
        {
            SkipSpace();
            if (at == line.Length || line[at] == '|') return new Invocation(command, arguments);
            arguments.Add(IsParameter() ? ReadParameter() : new Argument(null, ReadList(), true));
        }
    }

    private bool IsParameter() => line[at] == '-' && at + 1 < line.Length && char.IsLetter(line[at + 1]);

    private Argument ReadParameter()
    {
        var start = ++at;
        while (at < line.Length && (char.IsLetterOrDigit(line[at]) || line[at] == '_')) at++;
        var name = line[start..at];
        return Take(':') ? new Argument(name, ReadList(), true) : new Argument(name, null, false);
    }

    private object? ReadList()
    {
        var first = ReadValue();
        if (!Take(',')) return first;
        List<object?> items = [first];
        do items.Add(ReadValue());
        while (Take(','));
        return items.ToArray();
    }

    private object? ReadValue()
    {
        SkipSpace();
        if (at == line.Length) throw Unexpected();
        return line[at] switch
        {
            '\'' => ReadSingleQuoted(),
            '"' => ReadDoubleQuoted(),
            '$' => ReadVariable(),
            '@' when Next() == '{' => ReadTable(),
            '@' when Next() == '(' => ReadArray(),
            _ => ReadBare(),
        };
    }

    private char Next() => at + 1 < line.Length ? line[at + 1] : '\0';

    private string ReadSingleQuoted()
    {
        StringBuilder text = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '\'') text.Append(line[at]);
            else if (Next() == '\'') text.Append(line[++at]);
            else
            {
                at++;
                return text.ToString();
            }
        }

        throw new FormatException($"The quotation in '{line}' does not end.");
    }

    private string ReadDoubleQuoted()
    {
        StringBuilder text = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] == '`' && at + 1 < line.Length) text.Append(line[++at]);
            else if (line[at] != '"') text.Append(line[at]);
            else
            {
                at++;
                return text.ToString();
            }
        }

        throw new FormatException($"The quotation in '{line}' does not end.");
    }

    private object? ReadVariable()
    {
        at++;
        var name = ReadWord();
        return name.ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            "null" => null,
            _ => variables.TryGetValue(name, out var value) ? value : throw new FormatException($"There is no variable ${name}."),
        };
    }

    private Hashtable ReadTable()
    {
        at += 2;
        Hashtable table = new(StringComparer.OrdinalIgnoreCase);
        while (!Take('}'))
        {
            SkipSpace();
            var key = at < line.Length && line[at] is '\'' or '"' ? ReadValue()?.ToString() ?? "" : ReadWord(stop: '=');
            if (!Take('=')) throw Unexpected();
            table[key] = ReadList();
            Take(';');
        }

        return table;
    }

    private object?[] ReadArray()
    {
        at += 2;
        if (Take(')')) return [];
        var items = ReadList();
        if (!Take(')')) throw Unexpected();
        return items as object?[] ?? [items];
    }

    private object ReadBare()
    {
        var word = ReadWord();
        if (word.Length == 0) throw Unexpected();
        // A tag such as 0042 stays what was typed.
        return int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == word ? number : word;
    }

    private string ReadWord(char? stop = null)
    {
        var start = at;
        while (at < line.Length && !char.IsWhiteSpace(line[at]) && line[at] != stop && !EndsWord.Contains(line[at], StringComparison.Ordinal)) at++;
        return line[start..at];
    }

    private bool Take(char expected)
    {
        SkipSpace();
        if (at == line.Length || line[at] != expected) return false;
        at++;
        return true;
    }

    private void SkipSpace()
    {
        while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
    }

    private FormatException Unexpected() => new(at < line.Length ? $"'{line[at]}' at column {at + 1} of '{line}' is not understood." : $"'{line}' ends too early.");
}
