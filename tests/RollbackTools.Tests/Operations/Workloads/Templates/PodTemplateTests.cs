using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

public sealed class PodTemplateTests
{
    [Fact]
    public void Key_order_nulls_and_the_controllers_label_do_not_make_a_difference()
    {
        var live = PodTemplates.Of("""{"spec":{"containers":[{"image":"a:1","name":"api"}]},"metadata":{"labels":{"app":"api"}}}""");
        var kept = PodTemplates.Of("""
            {"metadata":{"creationTimestamp":null,"labels":{"app":"api","pod-template-hash":"7d9f"}},
             "spec":{"containers":[{"name":"api","image":"a:1"}]}}
            """);

        Assert.Equal(kept.Hash, live.Hash);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"a:2"}]}}""")]
    [InlineData("""{"metadata":{"labels":{"app":"api","tier":"x"}},"spec":{"containers":[{"name":"api","image":"a:1"}]}}""")]
    [InlineData("""{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"a:1","env":[{"name":"A","value":"1"}]}]}}""")]
    public void Anything_else_makes_a_difference(string other) =>
        Assert.NotEqual(PodTemplates.WithImage("a:1").Hash, PodTemplates.Of(other).Hash);

    [Fact]
    public void Only_the_named_containers_image_changes_and_unknown_fields_survive()
    {
        var template = PodTemplates.Of("""
            {"metadata":{"labels":{"app":"x"}},"spec":{"futureField":{"a":[1,2]},"containers":[{"name":"api","image":"a:1","x":1},{"name":"proxy","image":"p:1"}]}}
            """);

        var changed = template.WithImages(new Dictionary<string, string> { ["api"] = "a:2" });

        Assert.Equal(["api=a:2", "proxy=p:1"], changed.Images.Select(image => image.ToString()));
        Assert.Equal(template.Hash, changed.WithImages(new Dictionary<string, string> { ["api"] = "a:1" }).Hash);
        Assert.True(changed.Json.GetProperty("spec").TryGetProperty("futureField", out _));
    }

    [Fact]
    public void What_is_written_for_a_request_has_neither_the_label_nor_the_patch_directive()
    {
        var template = PodTemplates.Of("""
            {"$patch":"replace","metadata":{"labels":{"app":"api","pod-template-hash":"7d9f"}},"spec":{"containers":[{"name":"api","image":"a:1"}]}}
            """);
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream)) template.WriteTo(writer);

        var text = Encoding.UTF8.GetString(stream.ToArray());

        Assert.DoesNotContain("pod-template-hash", text, StringComparison.Ordinal);
        Assert.DoesNotContain("$patch", text, StringComparison.Ordinal);
        Assert.Equal(template.Hash, PodTemplates.Of(text).Hash);
    }

    [Theory]
    [InlineData("""{"spec":{"dnsPolicy":"ClusterFirst","containers":[{"name":"api","image":"a:1","imagePullPolicy":"Always"}]}}""", true)]
    [InlineData("""{"metadata":{"labels":{"pod-template-hash":"x"}},"spec":{"containers":[{"image":"a:1","name":"api"}]}}""", true)]
    [InlineData("""{"spec":{"containers":[{"name":"api","image":"a:2"}]}}""", false)]
    [InlineData("""{"spec":{"containers":[{"name":"api","image":"a:1"},{"name":"sidecar","image":"s:1"}]}}""", false)]
    [InlineData("""{"spec":{"containers":[{"name":"api"}]}}""", false)]
    public void A_template_fulfils_another_when_all_of_that_is_in_it_and_the_rest_was_left_open(string stored, bool fulfils) =>
        Assert.Equal(fulfils, PodTemplates.Of(stored).Fulfils(PodTemplates.Of("""{"$patch":"replace","spec":{"containers":[{"name":"api","image":"a:1"}]}}""")));

    [Fact]
    public void Shuffling_keys_never_changes_the_hash() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<NonEmptyString>>(), keys =>
        {
            var names = keys.Get.Select(key => key.Get).Distinct().ToList();
            var there = names.ToDictionary(name => name, _ => 1);
            var back = names.AsEnumerable().Reverse().ToDictionary(name => name, _ => 1);
            return PodTemplates.Of(JsonSerializer.Serialize(new { spec = there })).Hash == PodTemplates.Of(JsonSerializer.Serialize(new { spec = back })).Hash;
        }).QuickCheckThrowOnFailure();
}
