namespace RollbackTools.Integrations.Processes;

/// <summary>
/// Finds a program on PATH and nowhere else. Left to itself, .NET looks beside the running program and in the current
/// directory first, so that a checked-out repository with a file called "aws" in it would be run.
/// </summary>
internal static class SearchPath
{
    private static readonly string[] WindowsExtensions = [".exe", ".com", ".cmd", ".bat"];

    public static string? Find(string program, string? path)
    {
        var names = OperatingSystem.IsWindows() && !Path.HasExtension(program) ? WindowsExtensions.Select(extension => program + extension) : [program];
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .SelectMany(directory => names.Select(name => Path.Combine(directory, name)))
            .FirstOrDefault(IsProgram);
    }

    public static bool IsProgram(string path) => File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
