namespace RollbackTools.Operations.Images;

/// <summary>
/// When each revision was the current one. A revision number is given out each time a template becomes current, so the numbers
/// (with a reused object's former ones) are the order; an object's creation time dates only its first turn.
/// </summary>
public sealed class RevisionTimeline
{
    private readonly Dictionary<string, TimeSpan> held = [];

    private RevisionTimeline()
    {
    }

    public static RevisionTimeline Of(IReadOnlyList<Revision> revisions, DateTimeOffset now)
    {
        var turns = revisions
            .SelectMany(revision => revision.FormerNumbers.Append(revision.Number)
                .Select((number, turn) => (number, revision, start: turn == 0 ? revision.CreatedAt : null)))
            .OrderBy(turn => turn.number)
            .ToList();
        RevisionTimeline timeline = new();
        for (var i = 0; i < turns.Count; i++)
        {
            var end = i == turns.Count - 1 ? now : turns[i + 1].start;
            // The last turn with both ends known wins: a later, shorter one says more than an earlier, longer one.
            if (end - turns[i].start is { } span && span >= TimeSpan.Zero) timeline.held[turns[i].revision.Source] = span;
        }

        return timeline;
    }

    /// <summary>Null when the cluster does not tell.</summary>
    public TimeSpan? CurrentFor(Revision revision) => held.TryGetValue(revision.Source, out var span) ? span : null;
}
