using System.Collections;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Views;

/// <summary>Cells that put several properties into one phrase, so that a table of 80 columns still has them all. The views call these.</summary>
public static partial class Phrase
{
    private const string Arrow = " → ";

    /// <summary><c>prod (prod-eu)</c>.</summary>
    public static string Space(object? ns, object? estate) => Words(" ", $"{ns}", $"{estate}" is { Length: > 0 } name ? $"({name})" : "");

    /// <summary>
    /// What became of a target: <c>api:41 → 40</c> where it changed, and the message wherever the change alone does not say why.
    /// </summary>
    public static string Change(object? outcome, object? from, object? to, object? message)
    {
        var change = Went($"{from}", $"{to}");
        return Humanize.Enum<RollbackOutcome>(outcome) switch
        {
            RollbackOutcome.RolledBack or RollbackOutcome.Undone or RollbackOutcome.Changed or RollbackOutcome.Planned when change.Length > 0 => change,
            RollbackOutcome.AlreadyThere or RollbackOutcome.Declined when $"{message}".Length > 0 => $"{message}",
            _ => Words(": ", change, $"{message}"),
        };
    }

    /// <summary>A run in a line: the operation, its targets, where, the change of a single target, and the operator's reason.</summary>
    public static string Run(object? operation, object? targets, object? estate, object? from, object? to, object? reason)
    {
        var single = targets is not ICollection many || many.Count == 1;
        var place = $"{estate}".Length > 0 ? $"in {estate}" : "";
        return Words("; ", Words(": ", Words(" ", $"{operation}", Humanize.Some(targets), place), single ? Went($"{from}", $"{to}") : ""), $"{reason}");
    }

    /// <summary><c>release 1.4 (ann)</c>.</summary>
    public static string By(object? what, object? who) => Words(" ", $"{what}", $"{who}" is { Length: > 0 } name ? $"({name})" : "");

    /// <summary><c>shop-1.2.3: api:41</c>, a chart and the images it runs.</summary>
    public static string Chart(object? chart, object? images) => Words(": ", $"{chart}", Humanize.Images(images));

    /// <summary><c>7 api:2.13 → 8 api:2.14: aborted</c>: the stable version, the one on its way, and how it stands.</summary>
    public static string Rollout(object? stableRevision, object? stable, object? canaryRevision, object? canary, object? standing) =>
        Words(": ", Words(Arrow, Humanize.Revision(stableRevision, stable), Humanize.Revision(canaryRevision, canary)), $"{standing}");

    /// <summary>How a run ended: its targets' outcome, or its state where that says more.</summary>
    public static string Ended(object? state, object? outcome) =>
        Humanize.Enum<RunState>(state) is RunState.Succeeded or RunState.Failed && Humanize.Enum<RollbackOutcome>(outcome) is not null
            ? Humanize.Outcome(outcome) : Humanize.State(state);

    /// <summary>Both sides without registries. Of several images only those that differ; a name that both sides share stands once.</summary>
    private static string Went(string from, string to)
    {
        if (from.Length == 0 || to.Length == 0 || from == to) return Side(to.Length > 0 ? to : from);
        var (before, after) = (Several().Split(from), Several().Split(to));
        return before.Length != after.Length
            ? Side(from) + Arrow + Side(to)
            : string.Join(", ", before.Zip(after).Where(pair => pair.First != pair.Second).Select(pair => Step(Side(pair.First), Side(pair.Second))));
    }

    private static string Step(string before, string after)
    {
        var name = before.LastIndexOf(':') + 1;
        return before + Arrow + (name > 0 && after.StartsWith(before[..name], StringComparison.Ordinal) ? after[name..] : after);
    }

    private static string Side(string value) => Humanize.Commit(Humanize.Image(value));

    // Commas in brackets are inside of one.
    [GeneratedRegex(@", (?![^()]*\))", RegexOptions.None, 1000)]
    private static partial Regex Several();

    private static string Words(string between, params string[] parts) => string.Join(between, parts.Where(part => part.Length > 0));
}
