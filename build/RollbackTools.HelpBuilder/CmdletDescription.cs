namespace RollbackTools.HelpBuilder;

/// <summary>A cmdlet as its class declares it; the half of the help that nobody has to keep true by hand.</summary>
internal sealed record CmdletDescription(
    string Name, Type Type, string? DefaultSet, IReadOnlyList<string> Sets, IReadOnlyList<ParameterDescription> Parameters, IReadOnlyList<Type> OutputTypes)
{
    /// <summary>The parameters one can type in a set, in the order Get-Help and Get-Command print them.</summary>
    public IEnumerable<(ParameterDescription Parameter, ParameterUse Use)> InSet(string set) => Parameters
        .Select(parameter => (Parameter: parameter, Use: parameter.UseIn(set)))
        .Where(row => row.Use is not null)
        .Select(row => (row.Parameter, Use: row.Use!))
        .OrderBy(row => row.Use.Position ?? int.MaxValue)
        .ThenByDescending(row => row.Use.Mandatory)
        .ThenBy(row => row.Parameter.IsConfirmation);
}

/// <summary>One parameter. <see cref="Uses"/> holds one entry per parameter set, or one for <see cref="ParameterUse.AllSets"/>.</summary>
internal sealed record ParameterDescription(
    string Name, Type Type, IReadOnlyList<string> Aliases, IReadOnlyList<string> AllowedValues, string? Default, bool Wildcards,
    Type DeclaredBy, IReadOnlyList<ParameterUse> Uses)
{
    public bool IsSwitch => Type.Name == "SwitchParameter";

    /// <summary>-WhatIf and -Confirm come from SupportsShouldProcess and stand last.</summary>
    public bool IsConfirmation { get; init; }

    /// <summary>The type as PowerShell prints it: <c>string[]</c>, <c>int</c>, <c>timespan</c> without what makes it nullable.</summary>
    public string TypeName => TypeNames.Of(Type);

    public ParameterUse? UseIn(string set) =>
        Uses.FirstOrDefault(use => use.Set == set) ?? Uses.FirstOrDefault(use => use.Set == ParameterUse.AllSets);
}

/// <summary>What a parameter is in one parameter set. <see cref="Position"/> is null when it must be named.</summary>
internal sealed record ParameterUse(string Set, bool Mandatory, int? Position, bool ByValue, bool ByPropertyName)
{
    public const string AllSets = "__AllParameterSets";

    /// <summary>As MAML writes it: <c>True (ByPropertyName, ByValue)</c>.</summary>
    public string PipelineInput => (ByValue, ByPropertyName) switch
    {
        (true, true) => "True (ByPropertyName, ByValue)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };
}

internal static class TypeNames
{
    public static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner);
        if (type.IsArray) return Of(type.GetElementType()!) + "[]";
        return type.FullName switch
        {
            "System.String" => "string",
            "System.Int32" => "int",
            "System.Int64" => "long",
            "System.Boolean" => "bool",
            "System.TimeSpan" => "timespan",
            "System.Uri" => "uri",
            "System.Collections.Hashtable" => "hashtable",
            _ => type.Name,
        };
    }
}
