using System.Globalization;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>Times as Go reads and writes them in JSON: RFC 3339 with as many decimals as it takes.</summary>
public static class GoTime
{
    public static string Format(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
