using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Makes the release's objects what the target's manifest says: kind after kind in Helm's order, several of a kind at once, and what the target does
/// not have goes last, in the opposite order. Objects that are so already cost nothing.
/// </summary>
public sealed record ChangeHelmObjects : HelmStep
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Which objects were to be touched when this was planned: <c>deployment/api</c>. What is found to differ by then counts.</summary>
    public IReadOnlyList<string> Objects { get; init => field = value ?? []; } = [];

    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"make {Objects.Count} objects of {Move} what revision {Move.To} has: {string.Join(", ", Objects.Take(8))}{(Objects.Count > 8 ? ", …" : "")}");

    public override Step? Invert() => null;

    internal static bool Touches(PlannedObject change) => change.Action is ObjectAction.Create or ObjectAction.Change or ObjectAction.Delete;

    private protected override async Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation)
    {
        var changes = await work.ChangesAsync(cancellation);
        var (toWrite, toDelete) = (changes.Where(change => change.Action is ObjectAction.Create or ObjectAction.Change).ToList(), changes.Where(change => change.Action == ObjectAction.Delete).ToList());
        if (toWrite.Count + toDelete.Count == 0) return StepOutcome.AlreadyTrue("every object is so");
        await intend();
        var writer = await work.WriterAsync(cancellation);
        var (written, done, total) = (0, 0, toWrite.Count + toDelete.Count);
        var id = string.GetHashCode(Description, StringComparison.Ordinal) & int.MaxValue;
        foreach (var kind in toWrite.GroupBy(change => KindOrder.Of(change.Id.Kind)))
        {
            await Parallel.ForEachAsync(kind, Bounded(cancellation), async (change, token) =>
            {
                var (item, changed) = await DoAsync(change, () => writer.ApplyAsync(change, token));
                work.Written[change.Address] = item;
                if (changed) Interlocked.Increment(ref written);
                Interlocked.Increment(ref done);
                Progress(completed: false);
            });
            foreach (var definition in kind.Where(change => change.Id.Kind == "CustomResourceDefinition" && change.Action == ObjectAction.Create))
                await EstablishedAsync(context, definition, cancellation);
        }

        Progress(completed: true);
        foreach (var kind in toDelete.GroupBy(change => KindOrder.Of(change.Id.Kind)).Reverse())
            await Parallel.ForEachAsync(kind, Bounded(cancellation), async (change, token) => await DoAsync(change, () => writer.DeleteAsync(change, dryRun: false, token)));
        return new StepOutcome(true, string.Create(CultureInfo.InvariantCulture, $"{written} objects written, {toDelete.Count} deleted, {changes.Count - total} left as they are"));

        void Progress(bool completed) => context.Reporter.Progress(new ProgressReport(id, $"Changing the objects of {Move}", $"{done} of {total}", 100 * done / total) { Completed = completed });
    }

    private static ParallelOptions Bounded(CancellationToken cancellation) => new() { MaxDegreeOfParallelism = ObjectReader.Parallelism, CancellationToken = cancellation };

    private async Task<T> DoAsync<T>(PlannedObject change, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Rejected or EstateErrorKind.Forbidden or EstateErrorKind.Conflict)
        {
            throw new RollbackException(ObjectRefusal.ErrorIdOf(refusal), $"{change.Address} of {Move} was refused: {refusal.Message}", refusal)
            {
                Target = Move.Release,
                NextStep = refusal.Recommendation,
            };
        }
    }

    // Objects of a new kind can be made once the server serves it.
    private async Task EstablishedAsync(StepContext context, PlannedObject definition, CancellationToken cancellation)
    {
        var end = context.Time.GetUtcNow() + Move.Timeout;
        while (true)
        {
            var live = await context.Estate.Cluster.GetAsync(definition.Address.Resource, null, definition.Address.Name, cancellation);
            if (live.Json.Items("status", "conditions").Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True")) return;
            if (context.Time.GetUtcNow() >= end)
                throw new RollbackException("Timeout", $"{definition.Address} was not established within {Words.Duration(Move.Timeout)}.") { Target = Move.Release };
            await Task.Delay(Look, context.Time, cancellation);
        }
    }
}
