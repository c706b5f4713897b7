namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>After which lines of a journal runs are killed: every third, or with ROLLBACKTOOLS_KILLS=all each of them, which takes minutes more.</summary>
internal static class Kills
{
    public static int Stride { get; } = Environment.GetEnvironmentVariable("ROLLBACKTOOLS_KILLS") == "all" ? 1 : 3;
}
