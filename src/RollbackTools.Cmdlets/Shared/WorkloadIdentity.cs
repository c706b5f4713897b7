using System.Collections;
using System.Globalization;
using System.Management.Automation;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// A workload as somebody has it in hand: <c>api</c>, <c>deploy/api</c>, or any object with Name (and Kind, Namespace): a
/// result, a revision, a check, a run's target, a CSV row, or one of those after a job or remoting took its type away.
/// </summary>
public sealed record WorkloadIdentity
{
    private const string RevisionType = "RollbackTools.Operations.Workloads.History.ImageRevision";
    private const string OurTypes = "RollbackTools.Operations.";

    /// <summary>PowerShell converts to a parameter's type through this. Throws <see cref="FormatException"/> saying what is wrong.</summary>
    public WorkloadIdentity(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var thing = value is PSObject { BaseObject: not null and not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        Reference = thing switch
        {
            WorkloadIdentity other => other.Reference,
            WorkloadReference reference => reference,
            string text => WorkloadReference.Parse(text.Trim()),
            _ => Read(new NamedValues(thing)),
        };
        (Estate, Revision) = thing switch
        {
            WorkloadIdentity other => (other.Estate, other.Revision),
            ImageRevision revision => (Given(revision.Estate), revision.Revision),
            RollbackResult result => (Given(result.Estate), null),
            HealthCheck check => (Given(check.Estate), null),
            WorkloadReference or string => (null, (long?)null),
            _ => ReadOrigin(new NamedValues(thing)),
        };
        Wish = thing switch
        {
            WorkloadIdentity other => other.Wish,
            IDictionary or PSObject => ReadWish(new NamedValues(thing)),
            _ => RowWish.None,
        };
    }

    public WorkloadReference Reference { get; }

    /// <summary>The estate the object came from, when it says.</summary>
    public string? Estate { get; }

    /// <summary>The revision's number, when the object is one revision of <c>Get-ImageHistory</c>.</summary>
    public long? Revision { get; }

    /// <summary>What the columns of a row ask for, for a command that can do it.</summary>
    internal RowWish Wish { get; }

    public static implicit operator WorkloadIdentity(string text) => new((object)text);

    public static WorkloadIdentity FromString(string text) => new((object)text);

    /// <summary>What its own words leave open is filled from <c>-Kind</c> and <c>-Namespace</c>.</summary>
    public WorkloadReference Within(WorkloadKind? kind, string? ns) =>
        Reference with { Kind = Reference.Kind ?? kind, Namespace = Reference.Namespace ?? ns };

    public override string ToString() => Reference.ToString();

    private static WorkloadReference Read(NamedValues values)
    {
        var name = values["Name"] ?? throw new FormatException($"{values.Description} has no Name to find a workload by.");
        var reference = WorkloadReference.Parse(name);
        return reference with
        {
            Kind = values["Kind"] is { } kind ? WorkloadReference.ParseKind(kind) : reference.Kind,
            Namespace = values["Namespace"],
        };
    }

    private static (string? Estate, long? Revision) ReadOrigin(NamedValues values) =>
        (values["Estate"],
         values.IsOf(RevisionType) && long.TryParse(values["Revision"], CultureInfo.InvariantCulture, out var revision) ? revision : null);

    // The results, revisions and records of this module tell what was, and a row with a RunId is one of them out of a file: their
    // ToRevision is the number something went to then, their Reason somebody's reason of then.
    private static RowWish ReadWish(NamedValues values)
    {
        if (values.IsOf(OurTypes)) return RowWish.None;
        RowWish wish = new() { Tag = values["ToTag"], Image = values["ToImage"], Digest = values["ToDigest"], Container = values["Container"] };
        return values["RunId"] is not null ? wish : wish with { Revision = values["ToRevision"], Reason = values["Reason"] };
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    /// <summary>An object's values by name: a hashtable's, a PSObject's, or any .NET object's. Empty text counts as absent.</summary>
    private readonly struct NamedValues(object thing)
    {
        public string Description => thing is PSObject ? "The object" : $"A {thing.GetType().Name}";

        public string? this[string name] => Given(Convert.ToString(Find(name), CultureInfo.InvariantCulture) ?? "");

        /// <summary>
        /// Also true of a copy that lost its type: Deserialized.T from a job, Selected.T from Select-Object. A name that ends in a
        /// dot stands for all types below it.
        /// </summary>
        public bool IsOf(string typeName) => thing is PSObject copy && copy.TypeNames?.Any(name => typeName.EndsWith('.')
            ? name.Contains(typeName, StringComparison.Ordinal)
            : name.EndsWith(typeName, StringComparison.Ordinal)) == true;

        private object? Find(string name) => thing switch
        {
            IDictionary dictionary => dictionary.Keys.Cast<object>()
                .Where(key => string.Equals(key.ToString(), name, StringComparison.OrdinalIgnoreCase)).Select(key => dictionary[key]).FirstOrDefault(),
            PSObject copy => copy.Properties[name]?.Value,
            _ => thing.GetType().GetProperty(name)?.GetValue(thing),
        };
    }
}
