using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm;

/// <summary>What a revision changed, in words.</summary>
internal static class HelmChanges
{
    private const int MostLines = 25;
    private const int MostFields = 5;

    public static IReadOnlyList<string> Describe(HelmRevisionContent? from, HelmRevisionContent to, string ns)
    {
        if (from is null) return [];
        if (!from.IsReadable || !to.IsReadable) return ["cannot be told: a record is unreadable"];
        if (from.IsSameAs(to)) return ["nothing"];
        List<string> lines = [];
        if (from.Chart!.ToString() != to.Chart!.ToString()) lines.Add($"chart {from.Chart} → {to.Chart}");
        if (from.Chart.AppVersion != to.Chart.AppVersion) lines.Add($"app version {from.Chart.AppVersion ?? "(none)"} → {to.Chart.AppVersion ?? "(none)"}");
        if (from.Trouble is null && to.Trouble is null) lines.AddRange(Objects(ObjectDiff.Between(from.Objects, to.Objects, ns)));
        else lines.Add("manifest: cannot be told, it is unreadable");
        if (HelmValues.Changes(from.Values, to.Values) is { Count: > 0 } values)
            lines.Add($"values: {string.Join(", ", values.Take(MostFields))}{(values.Count > MostFields ? $" and {values.Count - MostFields} more" : "")}");
        if (lines.Count == 0) lines.Add("hooks, or the text of the manifest alone");
        return lines.Count <= MostLines ? lines : [.. lines.Take(MostLines), $"and {lines.Count - MostLines} more"];
    }

    // A few fields are said one by one, images first; of more, how many.
    private static IEnumerable<string> Objects(IReadOnlyList<ObjectChange> changes) => changes
        .SelectMany(change => change.Fields.Count <= MostFields
            ? change.Lines()
            : change.Fields.Where(IsImage).Select(field => $"{change.Id}: {field}").Append(Rest(change)))
        .OrderByDescending(line => line.Contains(".image: ", StringComparison.Ordinal));

    private static string Rest(ObjectChange change)
    {
        var images = change.Fields.Count(IsImage);
        return $"{change.Id}: {change.Fields.Count - images}{(images > 0 ? " more" : "")} fields";
    }

    private static bool IsImage(FieldChange field) => field.Path.EndsWith(".image", StringComparison.Ordinal);
}
