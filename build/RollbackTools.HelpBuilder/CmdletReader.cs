using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace RollbackTools.HelpBuilder;

/// <summary>Reads cmdlets from an assembly. Its classes are instantiated once each, to learn the parameters' defaults.</summary>
internal static class CmdletReader
{
    public static IReadOnlyList<CmdletDescription> Read(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsAbstract && type.GetCustomAttribute<CmdletAttribute>() is not null)
        .Select(Describe)
        .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)
        .ToList();

    private static CmdletDescription Describe(Type type)
    {
        var attribute = type.GetCustomAttribute<CmdletAttribute>()!;
        var instance = Activator.CreateInstance(type)!;
        var parameters = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttributes<ParameterAttribute>().Any(use => !use.DontShow))
            .OrderBy(property => Depth(type, property)).ThenBy(property => property.MetadataToken)
            .Select(property => Describe(property, instance))
            .ToList();
        if (attribute.SupportsShouldProcess) parameters.AddRange([Confirmation("WhatIf", "wi"), Confirmation("Confirm", "cf")]);

        var sets = parameters.SelectMany(parameter => parameter.Uses).Select(use => use.Set).Distinct()
            .Where(set => set != ParameterUse.AllSets).ToList();
        if (sets.Count == 0) sets = [ParameterUse.AllSets];
        var defaultSet = attribute.DefaultParameterSetName;
        return new(
            $"{attribute.VerbName}-{attribute.NounName}", type, defaultSet,
            sets.OrderByDescending(set => set == defaultSet).ToList(), parameters,
            type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(output => output.Type).Select(name => name.Type).OfType<Type>().ToList());
    }

    // A cmdlet's own parameters come before those it shares with others.
    private static int Depth(Type type, PropertyInfo property)
    {
        var depth = 0;
        for (var t = type; t is not null && t != property.DeclaringType; t = t.BaseType) depth++;
        return depth;
    }

    private static ParameterDescription Describe(PropertyInfo property, object instance)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var element = type.IsArray ? type.GetElementType()! : type;
        return new(
            property.Name, type,
            property.GetCustomAttributes<AliasAttribute>().SelectMany(alias => alias.AliasNames).ToList(),
            element.IsEnum ? Enum.GetNames(element) : property.GetCustomAttribute<ValidateSetAttribute>()?.ValidValues.ToList() ?? [],
            Text(property.GetValue(instance)),
            property.GetCustomAttributes().Any(a => a.GetType().Name == "SupportsWildcardsAttribute"),
            property.DeclaringType!,
            property.GetCustomAttributes<ParameterAttribute>().Select(use => new ParameterUse(
                use.ParameterSetName, use.Mandatory, use.Position == int.MinValue ? null : use.Position,
                use.ValueFromPipeline, use.ValueFromPipelineByPropertyName)).ToList());
    }

    private static ParameterDescription Confirmation(string name, string alias) =>
        new(name, typeof(SwitchParameter), [alias], [], null, false, typeof(PSCmdlet), [new(ParameterUse.AllSets, false, null, false, false)])
        {
            IsConfirmation = true,
        };

    private static string? Text(object? value) => value switch
    {
        null or SwitchParameter or "" => null,
        ICollection { Count: 0 } => null,
        IEnumerable and not string => null,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
