using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Runs the hooks of one event, one after the other. When each ran and how it ended is written to the record that holds it, as Helm does; so a
/// run that was cut off goes on with the hook it was at.
/// </summary>
public sealed record RunHelmHooks : HelmStep
{
    public const string Before = "pre-rollback";
    public const string After = "post-rollback";

    public string Event { get; init; } = Before;

    /// <summary>What was to run when this was planned: <c>job/migrate</c>.</summary>
    public IReadOnlyList<string> Hooks { get; init => field = value ?? []; } = [];

    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture,
        $"run {Event} hooks of revision {(Move.HooksFrom == HelmHooksFrom.Current ? Move.From : Move.To)} of {Move}: {(Hooks.Count == 0 ? "none" : string.Join(", ", Hooks))}");

    public override Step? Invert() => null;

    /// <summary>In the order they run: by weight, then by name.</summary>
    public static IReadOnlyList<HelmHook> Of(HelmRecord record, string happening) =>
        [.. record.Hooks.Where(hook => hook.Events.Contains(happening)).OrderBy(hook => hook.Weight).ThenBy(hook => hook.Name, StringComparer.Ordinal)];

    protected override string Failed(Exception failure) => $"Rollback \"{Move.Release}\" failed: {Event} hooks failed: {HelmFailure.Reason(failure)}";

    private protected override async Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation)
    {
        if (Move.HooksFrom == HelmHooksFrom.None) return StepOutcome.AlreadyTrue("no hooks were asked for");
        // The new revision has the target's hooks; those of the one that is left are written down with it.
        var holder = Move.HooksFrom == HelmHooksFrom.Current ? Move.From : Move.Revision;
        var record = await context.Estate.Helm.ReadAsync(Move.Name(holder), cancellation);
        var hooks = Of(record, Event);
        if (hooks.Count == 0) return StepOutcome.AlreadyTrue($"there are no {Event} hooks");
        var since = holder == Move.Revision ? record.Info.LastDeployed : (await context.Estate.Helm.ReadAsync(Move.Name(Move.Revision), cancellation)).Info.LastDeployed;
        await intend();
        HookRunner runner = new(context, work, record.Name, since ?? DateTimeOffset.MaxValue);
        foreach (var hook in hooks) await runner.RunAsync(hook, hooks, cancellation);
        await runner.CleanUpAsync(hooks, cancellation);
        return new StepOutcome(true, $"{hooks.Count} {Event} hooks succeeded");
    }
}
