namespace RollbackTools.Practice.Drills;

/// <summary>The drill did not show what it set out to show. The message says what was seen instead.</summary>
public sealed class DrillFailedException(string message) : Exception(message);
