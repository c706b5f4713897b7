namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>One thing Tab may offer.</summary>
internal sealed record Suggestion(string Text, string Tooltip)
{
    /// <summary>Only offered once a '/' was typed: the long form of something that has a shorter one.</summary>
    public bool LongForm { get; init; }

    public bool Matches(string word) =>
        Text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (!LongForm || word.Contains('/', StringComparison.Ordinal));
}
