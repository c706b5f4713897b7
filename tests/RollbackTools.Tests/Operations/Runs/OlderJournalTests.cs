using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Runs;

/// <summary>Journals that released versions wrote: <c>Journals/VERSION</c> has some of each kind, as they came from production runs.</summary>
public sealed class OlderJournalTests
{
    public static TheoryData<string> Journals => [.. Files().Select(file => Path.GetRelativePath(Folder(), file))];

    [Theory]
    [MemberData(nameof(Journals))]
    public void It_is_read_and_says_what_it_said(string journal)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder(), journal));

        foreach (var line in lines)
        {
            var read = JsonSerializer.Deserialize(line, Catalogue.Journal.Line)!;
            var written = JsonSerializer.SerializeToNode(read, Catalogue.Journal.Line);
            Assert.True(Holds(JsonNode.Parse(line), written), $"{line}\nis read as\n{written!.ToJsonString()}");
        }
    }

    [Theory]
    [MemberData(nameof(Journals))]
    public void It_is_listed_with_its_targets_and_its_end(string journal)
    {
        var run = Assert.Single(Store(journal).List(damaged => Assert.Fail(damaged.Message)));

        Assert.NotEmpty(run.Targets);
        Assert.NotEmpty(run.Operation);
        Assert.All(run.Targets.Where(target => target.Outcome is not null), target => Assert.NotNull(target.Message));
    }

    [Fact]
    public void Every_operation_is_among_them()
    {
        var known = Catalogue.Journal.Requests.Keys;
        var seen = Files().SelectMany(File.ReadAllLines).Select(line => (string?)JsonNode.Parse(line)!["run"]?["request"]?["$type"]).OfType<string>();

        Assert.Equal(known.Order(), seen.Distinct().Order());
    }

    // A field that was left out is one that has its default. Which commit a push made is found out again when the step is applied again.
    private static bool Holds(JsonNode? old, JsonNode? now) => (old, now) switch
    {
        (JsonObject before, JsonObject after) => before.All(field => field.Value is null || (field.Key == "commit" && before.ContainsKey("$type")) || Holds(field.Value, after[field.Key])),
        (JsonArray before, JsonArray after) => before.Count == after.Count && before.Zip(after).All(pair => Holds(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(old, now),
    };

    private static RunStore Store(string journal)
    {
        var directory = Directory.CreateTempSubdirectory("older-journals-").FullName;
        File.Copy(Path.Combine(Folder(), journal), Path.Combine(directory, Path.GetFileName(journal)));
        return new RunStore(directory, TimeProvider.System, Catalogue.Journal);
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder(), "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Journals");
}
