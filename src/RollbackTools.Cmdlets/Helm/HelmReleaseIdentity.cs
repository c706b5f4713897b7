using System.Collections;
using System.Globalization;
using System.Management.Automation;
using RollbackTools.Operations.Estate.Helm;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>
/// A release as somebody has it in hand: <c>api</c>, <c>prod/api</c>, or any object with Name (and Namespace): a release, one of its revisions,
/// a result, a CSV row, or one of those after a job or remoting took its type away.
/// </summary>
public sealed record HelmReleaseIdentity
{
    private const string RevisionType = "RollbackTools.Operations.Helm.HelmRevision";

    /// <summary>PowerShell converts to a parameter's type through this. Throws <see cref="FormatException"/> saying what is wrong.</summary>
    public HelmReleaseIdentity(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var thing = value is PSObject { BaseObject: not null and not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (thing is HelmReleaseIdentity other)
        {
            (Name, Namespace, Estate, Revision) = (other.Name, other.Namespace, other.Estate, other.Revision);
            return;
        }

        if (thing is string text)
        {
            var parts = text.Trim().Split('/');
            (Namespace, Name) = parts.Length switch { 1 => (null, parts[0]), 2 => (parts[0], parts[1]), _ => throw NoRelease(text) };
        }
        else
        {
            if (Read(thing, "Kind") is { } kind && kind != "HelmRelease") throw new FormatException($"A {kind.ToLowerInvariant()} is not a Helm release.");
            Name = Read(thing, "Name") ?? throw new FormatException("The object has no Name to find a release by.");
            (Namespace, Estate) = (Read(thing, "Namespace"), Read(thing, "Estate"));
            Revision = IsRevision(value) && int.TryParse(Read(thing, "Revision"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;
        }

        if (!HelmRecordName.IsRelease(Name)) throw NoRelease(Name);
    }

    public string Name { get; }

    /// <summary>Null when its words leave it open.</summary>
    public string? Namespace { get; }

    /// <summary>The estate the object came from, when it says.</summary>
    public string? Estate { get; }

    /// <summary>The revision, when the object is one of <c>Get-HelmHistory</c>.</summary>
    public int? Revision { get; }

    public static implicit operator HelmReleaseIdentity(string text) => new((object)text);

    public static HelmReleaseIdentity FromString(string text) => new((object)text);

    public override string ToString() => $"release/{Name}";

    private static FormatException NoRelease(string text)
    {
        var shown = new string([.. text.Where(c => !char.IsControl(c)).Take(100)]);
        return new FormatException($"'{shown}' is not a Helm release: a name, or namespace/name, of lower-case letters, digits, '-' and '.', at most 53 of them.");
    }

    private static bool IsRevision(object value) => value switch
    {
        Operations.Helm.HelmRevision => true,
        PSObject { BaseObject: Operations.Helm.HelmRevision } => true,
        PSObject copy => copy.TypeNames?.Any(name => name.EndsWith(RevisionType, StringComparison.Ordinal)) == true,
        _ => false,
    };

    private static string? Read(object thing, string name)
    {
        var found = thing switch
        {
            IDictionary dictionary => dictionary.Keys.Cast<object>()
                .Where(key => string.Equals(key.ToString(), name, StringComparison.OrdinalIgnoreCase)).Select(key => dictionary[key]).FirstOrDefault(),
            PSObject copy => copy.Properties[name]?.Value,
            _ => thing.GetType().GetProperty(name)?.GetValue(thing),
        };
        return Convert.ToString(found, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }
}
