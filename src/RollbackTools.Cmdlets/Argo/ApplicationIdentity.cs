using System.Collections;
using System.Globalization;
using System.Management.Automation;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>
/// An application as somebody has it in hand: <c>prod-api</c>, <c>argocd/prod-api</c>, or any object with Name (and Namespace): a report, a history
/// entry, a result, a CSV row, or one of those after a job or remoting took its type away.
/// </summary>
public sealed record ApplicationIdentity
{
    private const string HistoryType = "RollbackTools.Operations.Argo.Applications.ArgoHistoryEntry";

    /// <summary>PowerShell converts to a parameter's type through this. Throws <see cref="FormatException"/> saying what is wrong.</summary>
    public ApplicationIdentity(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var thing = value is PSObject { BaseObject: not null and not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (thing is ApplicationIdentity other)
        {
            (Name, Namespace, Estate, HistoryId) = (other.Name, other.Namespace, other.Estate, other.HistoryId);
            return;
        }

        if (thing is string text)
        {
            var parsed = ApplicationName.Parse(text.Trim(), Unset);
            (Name, Namespace) = (parsed.Name, parsed.Namespace == Unset ? null : parsed.Namespace);
            return;
        }

        if (Read(thing, "Kind") is { } kind && kind != "Application") throw new FormatException($"A {kind.ToLowerInvariant()} is not an Argo CD application.");
        var named = Read(thing, "Name") ?? throw new FormatException("The object has no Name to find an application by.");
        var whole = ApplicationName.Parse(named, Read(thing, "Namespace") ?? Unset);
        (Name, Namespace, Estate) = (whole.Name, whole.Namespace == Unset ? null : whole.Namespace, Read(thing, "Estate"));
        HistoryId = (IsHistory(value) || Read(thing, "VersionKey") is not null) && long.TryParse(Read(thing, "Id"), CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    // No namespace may be called this by accident: it marks one that was not said.
    private const string Unset = "not-said";

    public string Name { get; }

    /// <summary>Null when its words leave it open.</summary>
    public string? Namespace { get; }

    /// <summary>The estate the object came from, when it says.</summary>
    public string? Estate { get; }

    /// <summary>The history entry, when the object is one of <c>Get-ArgoHistory</c>, or a row with its columns out of a file.</summary>
    public long? HistoryId { get; }

    public static implicit operator ApplicationIdentity(string text) => new((object)text);

    public static ApplicationIdentity FromString(string text) => new((object)text);

    public override string ToString() => $"application/{Name}";

    private static bool IsHistory(object value) => value switch
    {
        Operations.Argo.Applications.ArgoHistoryEntry => true,
        PSObject { BaseObject: Operations.Argo.Applications.ArgoHistoryEntry } => true,
        PSObject copy => copy.TypeNames?.Any(name => name.EndsWith(HistoryType, StringComparison.Ordinal)) == true,
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
