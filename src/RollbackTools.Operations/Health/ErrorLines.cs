using System.Text.RegularExpressions;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Health;

/// <summary>Which lines of a log mean trouble.</summary>
internal sealed class ErrorLines
{
    private const string Usual = @"\b(panic|fatal|exception|traceback|segfault)\b|\b(level=)?""?error""?\b[:\s]|\bE\d{4}\b";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Regex expression;

    /// <summary>Null means the usual words. Throws <see cref="RollbackException"/> for what is not a regular expression.</summary>
    public ErrorLines(string? pattern)
    {
        try
        {
            expression = new Regex(pattern ?? Usual, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException wrong)
        {
            throw new RollbackException("InvalidPattern", $"'{pattern}' is not a regular expression: {wrong.Message}", wrong)
            {
                Target = pattern,
                NextStep = "For the text as it is: -ErrorPattern ([regex]::Escape('…'))",
            };
        }
    }

    public bool Include(string line)
    {
        try
        {
            return expression.IsMatch(line);
        }
        catch (RegexMatchTimeoutException)
        {
            // A pattern that explodes on a line is the operator's; the line is then suspicious, not fine.
            return true;
        }
    }
}
