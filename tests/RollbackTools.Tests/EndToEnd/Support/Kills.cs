namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>After which lines of a journal runs are killed: every third, or with ROLLBACKTOOLS_KILLS=all each of them, which takes minutes more.</summary>
internal static class Kills
{
    public static int Stride { get; } = Environment.GetEnvironmentVariable("ROLLBACKTOOLS_KILLS") == "all" ? 1 : 3;

    /// <summary>How often a run is killed at whatever moment it comes to.</summary>
    public static int Moments { get; } = Stride == 1 ? 20 : 2;
}
