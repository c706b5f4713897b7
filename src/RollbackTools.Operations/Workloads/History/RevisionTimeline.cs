using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>
/// When each revision was the current one. A revision number is given out each time a template becomes current, so the numbers
/// (with a reused object's former ones) are the order; an object's creation time dates only its first turn.
/// </summary>
public sealed class RevisionTimeline
{
    private readonly Dictionary<string, TimeSpan> held = [];
    private readonly Dictionary<string, TimeSpan> longest = [];

    private RevisionTimeline()
    {
    }

    public static RevisionTimeline Of(IReadOnlyList<Revision> revisions, DateTimeOffset now)
    {
        var turns = TurnsOf(revisions);
        RevisionTimeline timeline = new();
        for (var i = 0; i < turns.Count; i++)
        {
            var end = i == turns.Count - 1 ? now : turns[i + 1].Start;
            // The last turn with both ends known wins: a later, shorter one says more than an earlier, longer one.
            if (end - turns[i].Start is not { } span || span < TimeSpan.Zero) continue;
            var source = turns[i].Revision.Source;
            timeline.held[source] = span;
            timeline.longest[source] = timeline.longest.TryGetValue(source, out var before) && before > span ? before : span;
        }

        return timeline;
    }

    /// <summary>Each turn, in order; no start where the cluster does not date it.</summary>
    internal static List<(Revision Revision, DateTimeOffset? Start)> TurnsOf(IReadOnlyList<Revision> revisions) =>
    [
        .. revisions
            .SelectMany(revision => revision.FormerNumbers.Append(revision.Number)
                .Select((number, turn) => (Number: number, Revision: revision, Start: turn == 0 ? revision.CreatedAt : null)))
            .OrderBy(turn => turn.Number).Select(turn => (turn.Revision, turn.Start)),
    ];

    /// <summary>The longest time it was current without a break; null when the cluster does not tell.</summary>
    public TimeSpan? LongestTurn(Revision revision) => longest.TryGetValue(revision.Source, out var span) ? span : null;

    /// <summary>Null when the cluster does not tell.</summary>
    public TimeSpan? CurrentFor(Revision revision) => held.TryGetValue(revision.Source, out var span) ? span : null;
}
