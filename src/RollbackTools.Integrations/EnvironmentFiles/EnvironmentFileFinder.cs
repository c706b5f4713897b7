using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.EnvironmentFiles;

/// <summary>Where <c>rollback.yaml</c> is looked for, in the order <c>IEstateProvider.FindEnvironmentFile</c> promises.</summary>
internal static class EnvironmentFileFinder
{
    public const string FileName = "rollback.yaml";
    public const string Variable = "ROLLBACKTOOLS_CONFIG";

    /// <summary>The file to read, or null. A path that was given, here or in the variable, must exist.</summary>
    public static string? Find(string? path, string directory, HostEnvironment host)
    {
        if (!string.IsNullOrWhiteSpace(path)) return Existing(Path.GetFullPath(path, Path.GetFullPath(directory)), "was given but does not exist");
        if (host.Value(Variable) is { } named) return Existing(Path.GetFullPath(named), $"is named by ${Variable} but does not exist");
        return Upward(directory) ?? InConfigurationDirectory(host);
    }

    private static string? Upward(string directory)
    {
        for (var folder = new DirectoryInfo(Path.GetFullPath(directory)); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, FileName);
            if (File.Exists(file)) return file;
        }

        return null;
    }

    private static string? InConfigurationDirectory(HostEnvironment host)
    {
        if (host.ConfigurationDirectory.Length == 0) return null;
        var file = Path.Combine(host.ConfigurationDirectory, "rollbacktools", FileName);
        return File.Exists(file) ? file : null;
    }

    private static string Existing(string file, string problem) =>
        File.Exists(file) || Directory.Exists(file) ? file : throw ConfigurationFile.EnvironmentFile(file).Error(problem + ".");
}
