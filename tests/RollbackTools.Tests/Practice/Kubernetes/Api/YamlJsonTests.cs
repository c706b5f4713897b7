using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class YamlJsonTests
{
    [Theory]
    [InlineData("0644", "420")]
    [InlineData("0o17", "15")]
    [InlineData("0x1f", "31")]
    [InlineData("-010", "-8")]
    [InlineData("0b101", "5")]
    [InlineData("0", "0")]
    [InlineData("10", "10")]
    [InlineData("1.10", "1.1")]
    [InlineData("089", "89")]
    [InlineData("'0644'", "\"0644\"")]
    [InlineData("v0644", "\"v0644\"")]
    [InlineData("~", "null")]
    public void A_plain_word_is_what_kubernetes_readers_take_it_for(string yaml, string json) =>
        Assert.Equal(json, YamlJson.Parse($"a: {yaml}")!["a"]?.ToJsonString() ?? "null");

    [Fact]
    public void A_merge_key_brings_what_the_map_itself_does_not_say() => Assert.True(JsonNode.DeepEquals(
        JsonNode.Parse("""{"x":{"a":1,"b":2},"y":{"b":3,"a":1},"z":{"a":1,"b":2,"c":4}}"""),
        YamlJson.Parse("x: &x { a: 1, b: 2 }\ny: { b: 3, <<: *x }\nz: { <<: [*x, { a: 9, c: 4 }] }\n")));
}
