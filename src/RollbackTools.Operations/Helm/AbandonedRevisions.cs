using System.Globalization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Revisions before a new one that are pending still: whoever was at them was cut off. Helm leaves them so for ever. They are marked failed, in the
/// words of a repair, and what they were to do stays readable. One that cannot be marked is said and keeps nothing up: only the newest revision keeps
/// an upgrade out.
/// </summary>
internal sealed class AbandonedRevisions(StepContext context, HelmMove move)
{
    private const int Attempts = 5;

    /// <summary>Behind the description of a revision that was marked.</summary>
    public const string Note = "never finished, marked failed";

    /// <summary>Marks those before the new revision; which ones those were: <c>revision 3</c>.</summary>
    public async Task<IReadOnlyList<string>> EndAsync(IReadOnlyList<HelmRecordHeader> records, Func<Task> intend, CancellationToken cancellation)
    {
        List<string> ended = [];
        foreach (var record in records.Where(one => one.Name.Revision < move.Revision && HelmStatus.IsPending(one.Status)))
        {
            try
            {
                if (await EndAsync(record.Name, intend, cancellation)) ended.Add(string.Create(CultureInfo.InvariantCulture, $"revision {record.Name.Revision}"));
            }
            catch (Exception refusal) when (refusal is EstateException or RollbackException)
            {
                context.Reporter.Warning(string.Create(CultureInfo.InvariantCulture,
                    $"Revision {record.Name.Revision} of {move} stays {record.Status}: {HelmFailure.Reason(refusal)} To put that right: Repair-HelmRelease {move.Release} -Namespace {move.Namespace}"));
            }
        }

        return ended;
    }

    private async Task<bool> EndAsync(HelmRecordName name, Func<Task> intend, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        for (var attempt = 1; ; attempt++)
        {
            var read = await helm.ReadAsync(name, cancellation);
            if (!HelmStatus.IsPending(read.Status)) return false;
            await intend();
            try
            {
                await helm.UpdateAsync(read.With(new HelmRecordEdit { Status = HelmStatus.Failed, Description = $"{read.Info.Description}; {Note}" }), cancellation);
                return true;
            }
            catch (EstateException late) when (late.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Somebody wrote it as well: what is there now decides.
            }
        }
    }
}
