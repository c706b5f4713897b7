namespace RollbackTools.Integrations.Processes;

/// <summary>Finds a program on PATH, as the system would.</summary>
internal static class SearchPath
{
    public static string? Find(string program, string? path)
    {
        var names = OperatingSystem.IsWindows() && !Path.HasExtension(program) ? new[] { program + ".exe", program + ".com" } : [program];
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(directory => names.Select(name => Path.Combine(directory, name)))
            .FirstOrDefault(IsProgram);
    }

    public static bool IsProgram(string path) => File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
