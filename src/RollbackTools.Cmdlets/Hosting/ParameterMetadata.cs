using System.Management.Automation;
using System.Reflection;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>
/// One parameter as its attributes declare it. They are read as metadata, not as objects: without PowerShell the attribute
/// classes keep nothing.
/// </summary>
public sealed class ParameterMetadata
{
    internal const string AllSets = "__AllParameterSets";

    internal ParameterMetadata(PropertyInfo property)
    {
        Property = property;
        var attributes = property.GetCustomAttributesData();
        Aliases = [.. attributes.Where(data => data.AttributeType == typeof(AliasAttribute)).SelectMany(data => data.Texts())];
        Sets = attributes.Where(data => data.AttributeType == typeof(ParameterAttribute))
            .Select(data => new ParameterPlace(data)).ToDictionary(place => place.Set, StringComparer.OrdinalIgnoreCase);
        Validations = [.. attributes.Where(data => ArgumentValidation.Knows(data.AttributeType))];
        Transformations = [.. property.GetCustomAttributes<ArgumentTransformationAttribute>()];
    }

    public string Name => Property.Name;

    public Type Type => Property.PropertyType;

    public IReadOnlyList<string> Aliases { get; }

    /// <summary>Where it belongs, by parameter set; <c>__AllParameterSets</c> when it is in every one.</summary>
    public IReadOnlyDictionary<string, ParameterPlace> Sets { get; }

    public bool IsSwitch => Type == typeof(SwitchParameter);

    internal PropertyInfo Property { get; }

    internal IReadOnlyList<CustomAttributeData> Validations { get; }

    internal IReadOnlyList<ArgumentTransformationAttribute> Transformations { get; }

    /// <summary>Its place in a set; null when it is not part of it.</summary>
    public ParameterPlace? In(string set) => Sets.GetValueOrDefault(set) ?? Sets.GetValueOrDefault(AllSets);

    internal bool IsCalled(string name) =>
        string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A parameter's place in one parameter set.</summary>
public sealed record ParameterPlace(string Set, int? Position, bool Mandatory, bool FromPipeline, bool FromPipelineByPropertyName)
{
    internal ParameterPlace(CustomAttributeData data)
        : this(
            data.Named(nameof(ParameterAttribute.ParameterSetName), ParameterMetadata.AllSets),
            data.Named<int?>(nameof(ParameterAttribute.Position), null),
            data.Named(nameof(ParameterAttribute.Mandatory), false),
            data.Named(nameof(ParameterAttribute.ValueFromPipeline), false),
            data.Named(nameof(ParameterAttribute.ValueFromPipelineByPropertyName), false))
    {
    }
}

internal static class AttributeReading
{
    public static T Named<T>(this CustomAttributeData data, string name, T otherwise) =>
        data.NamedArguments.Where(argument => argument.MemberName == name).Select(argument => (T)argument.TypedValue.Value!).FirstOrDefault(otherwise);

    /// <summary>Constructor arguments that are text, arrays of text included.</summary>
    public static IEnumerable<string> Texts(this CustomAttributeData data) => data.ConstructorArguments.SelectMany(argument => argument.Value switch
    {
        string text => [text],
        IEnumerable<CustomAttributeTypedArgument> many => many.Select(one => one.Value).OfType<string>(),
        _ => [],
    });
}
