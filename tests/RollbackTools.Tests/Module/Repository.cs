namespace RollbackTools.Tests.Module;

/// <summary>Where the sources lie, seen from a test's output folder.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string StagedModule => Path.Combine(Root, "out", "RollbackTools");

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "RollbackTools.sln")) ? directory
        : Path.GetDirectoryName(directory) is { } parent ? Find(parent)
        : throw new DirectoryNotFoundException("The tests run from a build inside the repository.");
}
