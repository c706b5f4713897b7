namespace RollbackTools.Operations.Runs;

/// <summary>Commands about one target, without the connection.</summary>
/// <param name="Look">Shows how it is now.</param>
/// <param name="Others">Shows what it could be taken to instead.</param>
/// <param name="What">One of those: <c>version</c>, <c>revision</c>.</param>
public sealed record TargetCommands(string Look, string Others, string What = "version");
