using System.Text.Json.Nodes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Tests.Operations.Objects;

/// <summary>The right-hand sides are what kubectl 1.32 wrote into last-applied-configuration.</summary>
public sealed class GoJsonTests
{
    [Theory]
    [InlineData("a && b > c", """a \u0026\u0026 b \u003e c""")]
    [InlineData("<tag>", """\u003ctag\u003e""")]
    [InlineData("\"q\" 's' \\ /", """\"q\" 's' \\ /""")]
    [InlineData("naïve 🚀 日本 \u007f", "naïve 🚀 日本 \u007f")]
    [InlineData("\u2028\u2029\u00a0", "\\u2028\\u2029\u00a0")]
    [InlineData("\b\f\n\r\t\u0001\u001f", """\b\f\n\r\t\u0001\u001f""")]
    [InlineData("+`=", "+`=")]
    public void Text_is_escaped_as_Go_does(string text, string expected) =>
        Assert.Equal($$"""{"t":"{{expected}}"}""", GoJson.Write(new JsonObject { ["t"] = text }));

    [Theory]
    [InlineData("""{"b":1,"a":[1e21,9007199254740993,-0.0,1.50],"n":null,"t":true,"o":{},"l":[]}""")]
    [InlineData("""{"k\u003cey":"v"}""")]
    public void Order_and_numbers_stay(string json) => Assert.Equal(json, GoJson.Write(JsonNode.Parse(json)));
}
