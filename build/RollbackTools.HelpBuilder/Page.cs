namespace RollbackTools.HelpBuilder;

/// <summary>A cmdlet's page as written: text only, everything else comes from the assembly.</summary>
internal sealed record Page(string Path, string Name)
{
    public IReadOnlyList<string> Synopsis { get; set; } = [];

    /// <summary>The lines of the Syntax section, when the page has one; they must be true.</summary>
    public IReadOnlyList<string>? Syntax { get; set; }

    public IReadOnlyList<string> Description { get; set; } = [];

    public List<Example> Examples { get; } = [];

    public List<Entry> Parameters { get; } = [];

    public List<Entry> Inputs { get; } = [];

    public List<Entry> Outputs { get; } = [];

    public IReadOnlyList<string> Notes { get; set; } = [];

    public List<(string Text, string Address)> Links { get; } = [];
}

/// <summary>A worked example: its first code block is what to type (and what comes back), the rest explains.</summary>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>A named paragraph or more; <see cref="Line"/> is where it stands in the page, counted from 1.</summary>
internal sealed record Entry(string Name, IReadOnlyList<string> Text, int Line);

/// <summary>Something wrong with a page, in the form that MSBuild shows as an error of that file.</summary>
internal sealed record PageError(string Path, int Line, string Code, string Message)
{
    public override string ToString() => $"{Path}({Line}): error {Code}: {Message}";
}
