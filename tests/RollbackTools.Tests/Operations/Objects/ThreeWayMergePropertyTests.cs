using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Tests.Operations.Objects;

/// <summary>Manifests, earlier ones and live objects made at random from a seed: whatever they look like, the merge keeps its promises.</summary>
public sealed class ThreeWayMergePropertyTests
{
    private static readonly MergeRule Rule = MergeRules.Of("apps", "Deployment");

    [Fact]
    public void Everything_the_target_says_is_there_afterwards() => Holds((before, target, live) =>
        Contains(ThreeWayMerge.Merge(before, target, live, Rule), target, Rule, "$"));

    [Fact]
    public void Applying_it_again_changes_nothing() => Holds((before, target, live) =>
    {
        var once = ThreeWayMerge.Merge(before, target, live, Rule);

        Assert.Null(ObjectPatch.Difference(once, ThreeWayMerge.Merge(target, target, once, Rule)));
    });

    [Fact]
    public void What_neither_manifest_knows_survives() => Holds((before, target, live) =>
    {
        live["spec"]!.AsObject()["theirs"] = "1";
        live["metadata"]!["labels"]!.AsObject()["theirs"] = "1";
        var containers = live["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        containers.Add(new JsonObject { ["name"] = "theirs", ["image"] = "mesh:1" });

        var merged = ThreeWayMerge.Merge(before, target, live, Rule);

        Assert.Equal("1", (string?)merged["spec"]!["theirs"]);
        Assert.Equal("1", (string?)merged["metadata"]!["labels"]!["theirs"]);
        if (!SomethingTwice(target) && !SomethingTwice(live)) Assert.Contains(merged["spec"]!["template"]!["spec"]!["containers"]!.AsArray(), item => (string?)item!["name"] == "theirs");
    });

    [Fact]
    public void What_only_the_earlier_manifest_knew_is_gone() => Holds((before, target, live) =>
    {
        before["spec"]!.AsObject()["old"] = "1";
        live["spec"]!.AsObject()["old"] = "2";
        before["metadata"]!["labels"]!.AsObject()["old"] = "1";
        live["metadata"]!["labels"]!.AsObject()["old"] = "1";

        var merged = ThreeWayMerge.Merge(before, target, live, Rule);

        Assert.Null(merged["spec"]!["old"]);
        Assert.Null(merged["metadata"]!["labels"]?["old"]);
    });

    [Fact]
    public void The_patch_makes_the_live_object_into_the_merged_one() => Holds((before, target, live) =>
    {
        var merged = ThreeWayMerge.Merge(before, target, live, Rule);

        Assert.Equal(Text(merged), Text(Patched(live, ObjectPatch.Difference(live, merged) ?? [])));
    });

    private static void Holds(Action<JsonObject, JsonObject, JsonObject> property) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261125, 7),
        Prop.ForAll(Objects().Three().ToArbitrary(), three => property(Clone(three.Item1), Clone(three.Item2), Clone(three.Item3))));

    private static Gen<JsonObject> Objects() =>
        from replicas in Gen.Choose(0, 3)
        from labels in Gen.Choose(0, 7)
        from names in Gen.SubListOf("a", "b", "c").Select(list => list.Count == 0 ? ["a"] : list)
        from shuffled in Gen.Shuffle<string>([.. names])
        from images in Gen.Choose(1, 3)
        from env in Gen.SubListOf("X", "Y", "Z", "X")
        from volume in Gen.Elements("configMap", "secret", "emptyDir")
        from strategy in Gen.Elements("RollingUpdate", "Recreate", "")
        from tolerations in Gen.SubListOf("t1", "t2")
        from ports in Gen.SubListOf(80, 443)
        select Build(replicas, labels, shuffled, images, [.. env], volume, strategy, [.. tolerations], [.. ports]);

    private static JsonObject Build(int replicas, int labels, string[] names, int image, List<string> env, string volume, string strategy, List<string> tolerations, List<int> ports)
    {
        JsonObject spec = new()
        {
            ["replicas"] = replicas,
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray([.. names.Select(name => new JsonObject
                    {
                        ["name"] = name,
                        ["image"] = $"{name}:{image}",
                        ["env"] = new JsonArray([.. env.Select(variable => new JsonObject { ["name"] = variable, ["value"] = $"{image}" })]),
                        ["ports"] = new JsonArray([.. ports.Select(port => new JsonObject { ["containerPort"] = port })]),
                    })]),
                    ["volumes"] = new JsonArray(new JsonObject { ["name"] = "v", [volume] = new JsonObject { ["x"] = image } }),
                    ["tolerations"] = new JsonArray([.. tolerations.Select(key => new JsonObject { ["key"] = key })]),
                },
            },
        };
        if (strategy.Length > 0) spec["strategy"] = strategy == "Recreate" ? new JsonObject { ["type"] = strategy } : new JsonObject { ["type"] = strategy, ["rollingUpdate"] = new JsonObject { ["maxSurge"] = image } };
        JsonObject metadata = new() { ["name"] = "api", ["labels"] = new JsonObject([.. Enumerable.Range(0, 3).Where(bit => (labels & (1 << bit)) != 0).Select(bit => KeyValuePair.Create($"l{bit}", (JsonNode?)$"{image}"))]) };
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void Contains(JsonNode? there, JsonNode? wanted, MergeRule rule, string path)
    {
        switch (wanted)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields) Contains(there?[name], value, rule.Field(name), $"{path}.{name}");
                break;
            case JsonArray items when rule.Keys.Count > 0 && there is JsonArray list && list.Count >= items.Count:
                foreach (var item in items)
                    Assert.True(list.Any(other => rule.Keys.All(key => other![key.Field]?.ToString() == item![key.Field]?.ToString())), $"{path}: {item} is not in {list}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(there, wanted), $"{path}: {there} instead of {wanted}");
                break;
        }
    }

    private static bool SomethingTwice(JsonObject manifest) => manifest["spec"]!["template"]!["spec"]!["containers"]!.AsArray().GroupBy(item => (string?)item!["name"]).Any(group => group.Count() > 1);

    private static JsonObject Patched(JsonObject target, JsonObject patch)
    {
        var result = Clone(target);
        foreach (var (name, value) in patch)
        {
            if (value is null) result.Remove(name);
            else result[name] = value is JsonObject inner ? Patched(result[name] as JsonObject ?? [], inner) : value.DeepClone();
        }

        return result;
    }

    private static string Text(JsonNode node) => JsonSame.Canonical(JsonSerializer.SerializeToElement(node));

    private static JsonObject Clone(JsonObject node) => (JsonObject)node.DeepClone();
}
