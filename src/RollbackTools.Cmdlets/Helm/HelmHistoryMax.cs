using System.Globalization;
using RollbackTools.Operations.Helm;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>How many revisions a release keeps where nobody says it, as Helm reads <c>$HELM_MAX_HISTORY</c>.</summary>
internal static class HelmHistoryMax
{
    public static int ByDefault() => Read(Environment.GetEnvironmentVariable("HELM_MAX_HISTORY"));

    /// <summary>What is no number counts for nothing, as with Helm; one below zero keeps all, as zero does.</summary>
    public static int Read(string? variable) =>
        int.TryParse(variable, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var revisions) ? Math.Max(revisions, 0) : HelmRollbackRequest.DefaultHistory;
}
