using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Tests.Module;

public sealed partial class ErrorTopicTests
{
    private static readonly string Topic = File.ReadAllText(Path.Combine(Repository.Root, "docs", "en-US", "about_RollbackTools_Errors.md"));

    [Fact]
    public void Every_ErrorId_in_the_sources_is_explained() =>
        Assert.Empty(InSources().Except(Explained()).Order());

    [Fact]
    public void Nothing_is_explained_that_cannot_happen() =>
        Assert.Empty(Explained().Except(InSources()).Order());

    [Fact]
    public void Each_is_explained_once() =>
        Assert.Empty(Heading().Matches(Topic).GroupBy(match => match.Groups[1].Value).Where(group => group.Count() > 1).Select(group => group.Key));

    private static HashSet<string> Explained() => [.. Heading().Matches(Topic).Select(match => match.Groups[1].Value)];

    private static HashSet<string> InSources() => [.. Enum.GetNames<EstateErrorKind>(), .. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("RollbackTools.Practice", StringComparison.Ordinal) && !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(path => ErrorId().Matches(File.ReadAllText(path)))
        .Select(match => match.Groups["id"].Value)];

    // The ways in which an ErrorId is written down where it comes into being.
    [GeneratedRegex(@"(new RollbackException\(|Refuse\(|Verdict\.Lost\(|Plain\(|RollbackException [a-z]+ = new\(|throw Lost\(|Reason Owned = new\(|(?<=Reasons =\s*\[[^\]]*)new\(|ErrorId \?\? |const string ErrorId = |RollbackException \w+\([^)]*\) =>\s*new\()\s*""(?<id>[A-Z]\w+)""")]
    private static partial Regex ErrorId();

    [GeneratedRegex(@"^### (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
