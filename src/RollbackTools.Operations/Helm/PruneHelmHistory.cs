using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Keeps so many revisions of a release, the newest; and of the older ones what is deployed, what this run left, and what it went back to: Helm
/// prunes the good revision as readily as any.
/// </summary>
public sealed record PruneHelmHistory : Step
{
    public HelmMove Move { get; init; } = new();

    /// <summary>How many revisions stay; zero means all.</summary>
    public int Keep { get; init; }

    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"keep {Keep} revisions of {Move}, and revisions {Move.To} and {Move.From}");

    [JsonIgnore]
    public override bool MayBeLeft => true;

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var records = (await context.Estate.Helm.ListAsync(Move.Namespace, Move.Release, cancellation)).Records;
        var superfluous = records.Where(record => record.Name.Driver == Move.Driver).OrderByDescending(record => record.Name.Revision).Skip(Keep)
            .Where(record => record.Status != HelmStatus.Deployed && record.Name.Revision != Move.To && record.Name.Revision != Move.From).ToList();
        if (Keep == 0 || superfluous.Count == 0) return StepOutcome.AlreadyTrue(string.Create(CultureInfo.InvariantCulture, $"{records.Count} revisions"));
        await intend();
        foreach (var record in superfluous)
        {
            try
            {
                await context.Estate.Helm.DeleteAsync(record, cancellation);
            }
            catch (EstateException gone) when (gone.Kind is EstateErrorKind.NotFound or EstateErrorKind.Conflict)
            {
                // Somebody prunes as well, or works on it.
            }
        }

        return new StepOutcome(true, $"deleted revisions {string.Join(", ", superfluous.Select(record => record.Name.Revision).Order())}");
    }
}
