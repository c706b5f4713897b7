namespace RollbackTools.HelpBuilder;

/// <summary>The syntax lines of a cmdlet, as Get-Command -Syntax prints them.</summary>
internal static class SyntaxText
{
    public static IEnumerable<string> Of(CmdletDescription cmdlet) => cmdlet.Sets.Select(set => Line(cmdlet, set));

    private static string Line(CmdletDescription cmdlet, string set) => string.Join(' ',
        [cmdlet.Name, .. cmdlet.InSet(set).Select(row => Item(row.Parameter, row.Use)), "[<CommonParameters>]"]);

    private static string Item(ParameterDescription parameter, ParameterUse use)
    {
        if (parameter.IsSwitch) return use.Mandatory ? $"-{parameter.Name}" : $"[-{parameter.Name}]";
        var name = use.Position is null ? $"-{parameter.Name}" : $"[-{parameter.Name}]";
        return use.Mandatory ? $"{name} <{parameter.TypeName}>" : $"[{name} <{parameter.TypeName}>]";
    }
}
