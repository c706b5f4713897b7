using System.Globalization;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>What one row of a list asks for in columns of the names of Invoke-ImageRollback's parameters. Empty columns are absent.</summary>
internal sealed record RowWish
{
    public static RowWish None { get; } = new();

    public string? Revision { get; init; }

    public string? Image { get; init; }

    public string? Tag { get; init; }

    public string? Digest { get; init; }

    public string? Container { get; init; }

    public string? Reason { get; init; }

    /// <summary>
    /// The version the row names, or null. Throws <see cref="RollbackException"/> AmbiguousVersion when it names several, and
    /// <see cref="FormatException"/> when one cannot be a version.
    /// </summary>
    public RollbackGoal? Goal(string workload)
    {
        List<string> named = [.. new[] { ("ToRevision", Revision), ("ToImage", Image), ("ToTag", Tag), ("ToDigest", Digest) }
            .Where(column => column.Item2 is not null).Select(column => column.Item1)];
        if (named.Count > 1)
        {
            throw new RollbackException("AmbiguousVersion", $"The row of {workload} has {string.Join(" and ", named)}; it can only go to one version.")
            {
                Target = workload,
                NextStep = $"Leave all but one of {string.Join(", ", named)} empty in that row.",
            };
        }

        return named switch
        {
            [] => null,
            ["ToRevision"] => new RollbackGoal { Revision = Number(workload) },
            _ => new RollbackGoal { Image = Image, Tag = Tag, Digest = Digest, Container = Container }.Checked(),
        };
    }

    private long Number(string workload) => long.TryParse(Revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"The row of {workload} has the ToRevision '{Revision}', which is not a revision's number: write one of Get-ImageHistory.");
}
