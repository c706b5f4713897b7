using System.Runtime.CompilerServices;

namespace RollbackTools.Recorder;

/// <summary>The stories of this project.</summary>
public static class RecordedAnswers
{
    public static IReadOnlyList<Story> Stories() => Story.All(Path.Combine(Project(), "stories"));

    internal static string Project([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
