namespace RollbackTools.Benchmarks;

/// <summary>What having the module costs a shell that starts.</summary>
internal sealed class ModuleImport : Benchmark
{
    public static string Module { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../out/RollbackTools/RollbackTools.psd1"));

    /// <summary>Why nothing that needs a pwsh can be measured; null when it can.</summary>
    public static string? Missing =>
        Machine.Pwsh is null ? "no pwsh on PATH" : !File.Exists(Module) ? $"no module at {Module} (dotnet build -c Release stages it)" : null;

    public override string Name => "import";

    public override string Title => "(e) Import-Module against a bare pwsh";

    public override async Task RunAsync(Report report, bool quick)
    {
        if (Missing is { } why)
        {
            report.Line($"Skipped: {why}.");
            return;
        }

        var pwsh = Machine.Pwsh!;

        (Samples bare, Samples import) = (new(), new());
        for (var i = 0; i < (quick ? 5 : 21); i++)
        {
            bare.Add(await Machine.TimeAsync(pwsh, "-NoProfile", "-NonInteractive", "-Command", "exit"));
            import.Add(await Machine.TimeAsync(pwsh, "-NoProfile", "-NonInteractive", "-Command", $"Import-Module '{Module}'; exit"));
        }

        report.Table(["", "median", "fastest"],
        [
            ["pwsh -NoProfile", Report.Ms(bare.Median), Report.Ms(bare.Fastest)],
            ["pwsh -NoProfile, Import-Module", Report.Ms(import.Median), Report.Ms(import.Fastest)],
            ["difference", Report.Ms(import.Median - bare.Median), Report.Ms(import.Fastest - bare.Fastest)],
        ]);
        var loaded = Path.GetTempFileName();
        await Machine.TimeAsync(pwsh, "-NoProfile", "-NonInteractive", "-Command",
            $"Import-Module '{Module}'; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match 'RollbackTools|Yaml|Polly' | Sort-Object | Set-Content '{loaded}'");
        report.Line($"\nLoaded at import: {string.Join(", ", await File.ReadAllLinesAsync(loaded))}.");
        File.Delete(loaded);
    }
}
