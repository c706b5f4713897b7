namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>Tokens of a label selector.</summary>
internal sealed class SelectorScanner(string text)
{
    private int at;

    public bool AtEndOrComma
    {
        get
        {
            Skip();
            return at == text.Length || text[at] == ',';
        }
    }

    public bool TryTake(char symbol)
    {
        Skip();
        if (at == text.Length || text[at] != symbol) return false;
        at++;
        return true;
    }

    public bool TryTake(string symbol)
    {
        Skip();
        if (!text.AsSpan(at).StartsWith(symbol, StringComparison.Ordinal)) return false;
        at += symbol.Length;
        return true;
    }

    public string Word()
    {
        Skip();
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (',' or '=' or '!' or '(' or ')' or '<' or '>')) at++;
        return text[start..at];
    }

    public string Key()
    {
        var key = Word();
        return key.Length > 0 ? key : throw Unexpected("identifier");
    }

    /// <summary>One value; may be empty, as in <c>tier=</c>.</summary>
    public string Value() => Word();

    public IReadOnlyList<string> Values()
    {
        if (!TryTake('(')) throw Unexpected("'('");
        List<string> values = [];
        do values.Add(Word());
        while (TryTake(','));
        if (!TryTake(')')) throw Unexpected("',' or ')'");
        return values;
    }

    public void End()
    {
        Skip();
        if (at < text.Length) throw Unexpected("',' or 'end of string'");
    }

    private FormatException Unexpected(string expected)
    {
        Skip();
        var found = at < text.Length ? text[at].ToString() : "";
        return new FormatException($"unable to parse requirement: found '{found}', expected: {expected}");
    }

    private void Skip()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }
}
