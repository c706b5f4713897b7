using RollbackTools.Cmdlets.Helm;

namespace RollbackTools.Tests.Cmdlets.Helm;

public sealed class HelmHistoryMaxTests
{
    [Theory]
    [InlineData(null, 10)]
    [InlineData("", 10)]
    [InlineData("3", 3)]
    [InlineData("0", 0)]
    [InlineData("-1", 0)]
    [InlineData("many", 10)]
    public void The_variable_that_helm_reads_says_how_many_revisions_stay(string? variable, int expected) => Assert.Equal(expected, HelmHistoryMax.Read(variable));
}
