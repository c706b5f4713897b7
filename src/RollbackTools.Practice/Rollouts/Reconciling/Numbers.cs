using System.Globalization;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Numbers that annotations and labels hold as text.</summary>
internal static class Numbers
{
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null when it is none.</summary>
    public static long? Long(string? text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
