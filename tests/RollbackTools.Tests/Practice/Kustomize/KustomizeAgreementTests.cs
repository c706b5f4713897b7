using System.Text.Json.Nodes;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Tests.Practice.Kustomize;

/// <summary>The practice renderer against the real <c>kubectl kustomize</c>: the same documents, in the same order.</summary>
public sealed class KustomizeAgreementTests
{
    public static TheoryData<string> Overlays => [.. KustomizeOverlays.All.Keys];

    public static TheoryData<string> Mistakes => [.. KustomizeOverlays.Mistakes.Keys];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task It_renders_what_kubectl_renders(string name)
    {
        KubectlKustomize.Need();
        var files = MemoryTree.Parse(KustomizeOverlays.Base + KustomizeOverlays.All[name]);

        var (expected, error) = await KubectlKustomize.BuildAsync(files, "overlay");
        Assert.True(expected is not null, error);
        Assert.NotEmpty(expected);
        AssertSame(expected, await new KustomizeRenderer(new MemoryTree(files)).BuildAsync("overlay", Stop));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task It_refuses_what_kubectl_refuses_with_nearly_its_words(string name)
    {
        KubectlKustomize.Need();
        var (overlay, words) = KustomizeOverlays.Mistakes[name];
        var files = MemoryTree.Parse(KustomizeOverlays.Base + overlay);

        var (documents, error) = await KubectlKustomize.BuildAsync(files, "overlay");
        Assert.Null(documents);
        Assert.Contains(words, error.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<KustomizeException>(() => new KustomizeRenderer(new MemoryTree(files)).BuildAsync("overlay", Stop));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    internal static void AssertSame(IReadOnlyList<JsonObject> expected, IReadOnlyList<JsonObject> actual)
    {
        Assert.Equal(expected.Select(Name), actual.Select(Name));
        foreach (var (one, other) in expected.Zip(actual))
            if (!JsonNode.DeepEquals(one, other)) Assert.Equal(Sorted(one)!.ToJsonString(Indented), Sorted(other)!.ToJsonString(Indented));
    }

    private static System.Text.Json.JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    private static string Name(JsonObject item) => $"{item["kind"]} {item["metadata"]?["namespace"]}/{item["metadata"]?["name"]}";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
