using System.CommandLine;
using Spectre.Console;

namespace RollbackTools.Practice.Cli;

/// <summary>The command line of the practice estate.</summary>
internal static class PracticeCommands
{
    /// <summary>0: it worked. 1: it did not, and the reason was printed. 2: the command line makes no sense.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var console = Open();
        RootCommand root = new("A practice estate to break and roll back: real wires on loopback, a pretend world behind them.")
        {
            DrillCommand.Create(console),
            ServeCommand.Create(console),
            BreakCommand.Create(console),
            TypeCommand.Create(console),
        };
        var parsed = root.Parse(arguments);
        // Signals are ours: serve has to ignore a Ctrl+C that is meant for its parent.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    /// <summary>Nothing but text when it goes to a file or a log, or when NO_COLOR asks for it.</summary>
    private static IAnsiConsole Open()
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        Console.OutputEncoding = System.Text.Encoding.UTF8;
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
    }
}

internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;
}
