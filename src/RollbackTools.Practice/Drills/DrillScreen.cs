using Spectre.Console;

namespace RollbackTools.Practice.Drills;

/// <summary>
/// What a drill prints. Colour and width come from the console it is given: none of either when output is redirected or NO_COLOR
/// is set. Text is written as it is, never re-wrapped, so that a log holds what the screen showed.
/// </summary>
public sealed class DrillScreen(IAnsiConsole console)
{
    /// <summary>Whether colours reach a reader.</summary>
    public bool Colour => console.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors };

    /// <summary>Columns; wide enough for our tables when there is no terminal to ask.</summary>
    public int Width => console.Profile.Capabilities.Ansi ? Math.Max(80, console.Profile.Width) : Math.Max(120, console.Profile.Width);

    public void Line(string text = "") => Write(text, "");

    public void Heading(string text)
    {
        Line();
        Write(Colour ? text : $"== {text} ==", "1;36");
    }

    /// <summary>A line at the prompt.</summary>
    public void Command(string prompt, string line)
    {
        Line();
        Write(Colour ? $"\u001b[1;33m{prompt}\u001b[0m {line}" : $"{prompt} {line}", "");
    }

    public void Good(string text) => Write(text, "32");

    public void Bad(string text) => Write(text, "31");

    public void Warning(string text) => Write(text, "33");

    public void Dim(string text) => Write(text, "2");

    private void Write(string text, string colour)
    {
        var writer = console.Profile.Out.Writer;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            writer.WriteLine(Colour && colour.Length > 0 && line.Length > 0 ? $"\u001b[{colour}m{line}\u001b[0m" : line);
        writer.Flush();
    }
}
