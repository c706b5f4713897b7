using System.Management.Automation;
using System.Reflection;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>A cmdlet as its attributes declare it.</summary>
public sealed class CommandMetadata
{
    private CommandMetadata(Type type, CustomAttributeData attribute)
    {
        Type = type;
        var words = attribute.Texts().ToArray();
        Name = $"{words[0]}-{words[1]}";
        SupportsShouldProcess = attribute.Named(nameof(CmdletAttribute.SupportsShouldProcess), false);
        ConfirmImpact = (ConfirmImpact)attribute.Named(nameof(CmdletAttribute.ConfirmImpact), (int)ConfirmImpact.Medium);
        DefaultSet = attribute.Named<string?>(nameof(CmdletAttribute.DefaultParameterSetName), null);
        Parameters =
        [
            .. type.GetProperties()
                .Where(property => property.GetCustomAttributesData().Any(data => data.AttributeType == typeof(ParameterAttribute)))
                .Select(property => new ParameterMetadata(property)),
        ];
        // The default set may have no parameter of its own.
        Sets =
        [
            .. Parameters.SelectMany(parameter => parameter.Sets.Keys).Where(set => set != ParameterMetadata.AllSets)
                .Prepend(DefaultSet ?? "").Where(set => set.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        if (Sets.Count == 0) Sets = [ParameterMetadata.AllSets];
    }

    public string Name { get; }

    public Type Type { get; }

    public bool SupportsShouldProcess { get; }

    public ConfirmImpact ConfirmImpact { get; }

    public string? DefaultSet { get; }

    public IReadOnlyList<ParameterMetadata> Parameters { get; }

    public IReadOnlyList<string> Sets { get; }

    /// <summary>Null when the type is no cmdlet.</summary>
    public static CommandMetadata? Of(Type type) =>
        type is { IsAbstract: false } && type.IsSubclassOf(typeof(RollbackCmdlet))
        && type.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(CmdletAttribute)) is { } attribute
            ? new CommandMetadata(type, attribute)
            : null;

    internal RollbackCmdlet Create() => (RollbackCmdlet)Activator.CreateInstance(Type)!;
}
