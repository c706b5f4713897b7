using System.Globalization;

namespace RollbackTools.Practice.Helm.Records;

/// <summary>Moments as Go writes them: RFC 3339 with as many digits as they have.</summary>
internal static class GoTime
{
    /// <summary>What Helm 4 writes where it has no moment and its field must be there.</summary>
    public const string Zero = "0001-01-01T00:00:00Z";

    public static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
