using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace RollbackTools.HelpBuilder;

/// <summary>
/// Reads cmdlets from an assembly. Attributes are read as metadata, since those of PowerShell's reference assembly keep nothing
/// they are given; the classes are instantiated once each, to learn the parameters' defaults.
/// </summary>
internal static class CmdletReader
{
    public static IReadOnlyList<CmdletDescription> Read(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsAbstract && All<CmdletAttribute>(type).Any())
        .Select(Describe)
        .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)
        .ToList();

    public static CmdletDescription Describe(Type type)
    {
        var attribute = All<CmdletAttribute>(type).Single();
        var instance = Activator.CreateInstance(type)!;
        var parameters = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => All<ParameterAttribute>(property).Any(use => !Named(use, "DontShow", false)))
            .OrderBy(property => Depth(type, property)).ThenBy(property => property.MetadataToken)
            .Select(property => Describe(property, instance))
            .ToList();
        if (Named(attribute, "SupportsShouldProcess", false))
            parameters.AddRange([Confirmation("WhatIf", "wi"), Confirmation("Confirm", "cf")]);

        // The default set may have no parameter of its own.
        var defaultSet = Named<string?>(attribute, "DefaultParameterSetName", null);
        var sets = parameters.SelectMany(parameter => parameter.Uses).Select(use => use.Set).Append(defaultSet).OfType<string>().Distinct()
            .Where(set => set != ParameterUse.AllSets).ToList();
        if (sets.Count == 0) sets = [ParameterUse.AllSets];
        return new(
            string.Join('-', attribute.ConstructorArguments.Select(argument => argument.Value)), type, defaultSet,
            sets.OrderByDescending(set => set == defaultSet).ToList(), parameters,
            All<OutputTypeAttribute>(type).SelectMany(Arguments).OfType<Type>().ToList());
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
            All<AliasAttribute>(property).SelectMany(Arguments).OfType<string>().ToList(),
            element.IsEnum ? Enum.GetNames(element) : All<ValidateSetAttribute>(property).SelectMany(Arguments).OfType<string>().ToList(),
            Text(property.GetValue(instance)),
            All<SupportsWildcardsAttribute>(property).Any(),
            property.DeclaringType!,
            All<ParameterAttribute>(property).Select(Use).ToList());
    }

    private static ParameterUse Use(CustomAttributeData use)
    {
        var position = Named(use, "Position", int.MinValue);
        return new(
            Named(use, "ParameterSetName", ParameterUse.AllSets), Named(use, "Mandatory", false), position == int.MinValue ? null : position,
            Named(use, "ValueFromPipeline", false), Named(use, "ValueFromPipelineByPropertyName", false));
    }

    private static ParameterDescription Confirmation(string name, string alias) =>
        new(name, typeof(SwitchParameter), [alias], [], null, false, typeof(PSCmdlet), [new(ParameterUse.AllSets, false, null, false, false)])
        {
            IsConfirmation = true,
        };

    private static IEnumerable<CustomAttributeData> All<TAttribute>(MemberInfo member) =>
        member.GetCustomAttributesData().Where(attribute => attribute.AttributeType == typeof(TAttribute));

    private static T Named<T>(CustomAttributeData attribute, string name, T otherwise) =>
        attribute.NamedArguments.Where(argument => argument.MemberName == name).Select(argument => (T)argument.TypedValue.Value!)
            .DefaultIfEmpty(otherwise).First();

    /// <summary>The constructor's arguments, with arrays (params) laid flat.</summary>
    private static IEnumerable<object?> Arguments(CustomAttributeData attribute) => attribute.ConstructorArguments.SelectMany(argument =>
        argument.Value is IEnumerable<CustomAttributeTypedArgument> many ? many.Select(one => one.Value) : [argument.Value]);

    private static string? Text(object? value) => value switch
    {
        null or SwitchParameter or "" or int.MaxValue or 0L => null, // Nothing, as far as a reader is concerned.
        ICollection { Count: 0 } => null,
        IEnumerable and not string => null,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
