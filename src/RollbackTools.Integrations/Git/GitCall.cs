using System.Text;

namespace RollbackTools.Integrations.Git;

/// <summary>One run of git: a vector of arguments, never a command line.</summary>
internal sealed record GitCall(params string[] Arguments)
{
    public static readonly TimeSpan Local = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan Network = TimeSpan.FromMinutes(10);

    public ReadOnlyMemory<byte> Input { get; init; }

    public TimeSpan Timeout { get; init; } = Local;

    /// <summary>Exit codes other than 0 that are an answer.</summary>
    public IReadOnlyList<int> Answers { get; init; } = [];

    /// <summary>What is being asked of whom, for errors: <c>git fetch https://host/app.git</c>.</summary>
    public string What { get; init; } = Arguments.Length > 0 ? $"git {Arguments[0]}" : "git";

    /// <summary>Bytes of output that are too many.</summary>
    public int Limit { get; init; } = 64 * 1024 * 1024;
}

internal sealed record GitAnswer(int ExitCode, ReadOnlyMemory<byte> Output, IReadOnlyList<string> Errors)
{
    public string Text => Encoding.UTF8.GetString(Output.Span);

    public string Line => Text.TrimEnd('\n', '\r');

    public IEnumerable<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
