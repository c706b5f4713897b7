using RollbackTools.Practice.Rollouts.Analysis.Expressions;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>Metrics' conditions, as analysis templates are written with them.</summary>
public sealed class ConditionTests
{
    private static List<object?> List(params double[] values) => [.. values.Cast<object?>()];

    [Theory]
    [InlineData("result[0] >= 0.95", 0.95, true)]
    [InlineData("result[0] >= 0.95", 0.9, false)]
    [InlineData("len(result) == 1 && result[0] < 1", 0.5, true)]
    [InlineData("!(result[0] > 0.1) || result[0] * 100 / 2 == 45", 0.9, true)]
    [InlineData("isNaN(result[0]) or result[0] >= 0.95", double.NaN, true)]
    [InlineData("result[0] >= 0.95", double.NaN, false)]
    [InlineData("asInt(result[0]) % 2 == 1 and not isInf(result[0])", 3.7, true)]
    [InlineData("-result[0] <= -0.5", 0.5, true)]
    public void It_holds_or_not(string condition, double value, bool holds) => Assert.Equal(holds, new Condition(condition).Holds(List(value)));

    [Fact]
    public void Nothing_behind_an_or_is_looked_at_once_it_is_decided() => Assert.True(new Condition("len(result) == 0 || result[0] >= 0.95").Holds(List()));

    [Fact]
    public void Fields_of_a_result_are_reached_by_name()
    {
        Dictionary<string, object?> result = new() { ["ok"] = true, ["stats"] = new Dictionary<string, object?> { ["rate"] = 0.5, ["name"] = "catalog" } };
        Assert.True(new Condition("result.ok && result.stats.rate > 0.4 && result['stats'].name == \"catalog\"").Holds(result));
        Assert.True(new Condition("default(result, 0) == 0").Holds(null));
    }

    [Theory]
    [InlineData("result[0] >=")]
    [InlineData("result[0] >= 1 1")]
    [InlineData("unknown > 1")]
    [InlineData("frobnicate(result)")]
    [InlineData("result[0] # 1")]
    public void What_is_no_condition_is_refused(string condition) => Assert.Throws<FormatException>(() => new Condition(condition));

    [Theory]
    [InlineData("result[1] > 1")]
    [InlineData("result[0]")]
    [InlineData("result.name == 1")]
    public void What_asks_for_something_else_than_the_result_has_is_said(string condition) =>
        Assert.Throws<FormatException>(() => new Condition(condition).Holds(List(1)));
}
