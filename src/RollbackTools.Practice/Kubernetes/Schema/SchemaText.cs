namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>
/// Reads the short notation the type files are written in, one type a line: <c>Name: field field:kind …</c>. Kinds:
/// nothing = string, <c>i</c> integer, <c>b</c> Boolean, <c>x</c> anything, <c>{}</c> map, <c>[]</c> list of scalars,
/// <c>Type</c> object, <c>[Type]</c> list. Suffixes: <c>!</c> atomic, <c>^</c> retain keys, <c>+</c> set,
/// <c>@a,b</c> merged by these keys. A type's name with <c>!</c> is owned as a whole in lists. A line that starts with a blank continues the one above.
/// </summary>
internal static class SchemaText
{
    public static IReadOnlyDictionary<string, TypeSchema> Parse(params string[] texts)
    {
        Dictionary<string, TypeSchema> types = [];
        foreach (var line in texts.SelectMany(Lines))
        {
            var colon = line.IndexOf(':');
            var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Field);
            var name = line[..colon].TrimEnd('!');
            types.Add(name, new TypeSchema(name, fields.ToDictionary(field => field.Name, StringComparer.Ordinal)) { Atomic = line[colon - 1] == '!' });
        }

        foreach (var field in types.Values.SelectMany(type => type.Fields.Values))
            if (field.TypeName is { } name) field.Type = types[name];
        return types;
    }

    private static IEnumerable<string> Lines(string text)
    {
        string? open = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (char.IsWhiteSpace(line[0]))
            {
                open += " " + line.Trim();
                continue;
            }

            if (open is not null) yield return open;
            open = line.Trim();
        }

        if (open is not null) yield return open;
    }

    private static FieldSchema Field(string text)
    {
        var keys = text.IndexOf('@') is >= 0 and var at ? text[(at + 1)..].Split(',') : [];
        if (keys.Length > 0) text = text[..text.IndexOf('@')];
        var end = text.Length;
        while (text[end - 1] is '!' or '^' or '+') end--;
        var suffix = text[end..];
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text[..end] : text[..colon];
        var kind = colon < 0 ? "" : text[(colon + 1)..end];

        return new FieldSchema(name, KindOf(kind))
        {
            TypeName = kind.StartsWith('[') ? (kind.Length > 2 ? kind[1..^1] : null) : kind.Length > 0 && char.IsUpper(kind[0]) ? kind : null,
            MapKeys = keys,
            Atomic = suffix.Contains('!'),
            IsSet = suffix.Contains('+'),
            RetainKeys = suffix.Contains('^'),
        };
    }

    private static FieldKind KindOf(string kind) => kind switch
    {
        "" => FieldKind.String,
        "i" => FieldKind.Integer,
        "b" => FieldKind.Boolean,
        "x" => FieldKind.Any,
        "{}" => FieldKind.Map,
        ['[', ..] => FieldKind.List,
        _ => FieldKind.Object,
    };
}
