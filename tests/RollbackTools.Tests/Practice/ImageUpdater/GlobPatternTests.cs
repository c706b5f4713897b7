using RollbackTools.Practice.ImageUpdater;

namespace RollbackTools.Tests.Practice.ImageUpdater;

/// <summary>Go's filepath.Match, by the cases of its own tests and by what tags look like.</summary>
public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "ab", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("[\\]a]", "]", true)]
    [InlineData("[\\-]", "-", true)]
    [InlineData("[x-]", "x", false)]
    [InlineData("[a", "a", false)]
    [InlineData("[]a]", "]", false)]
    [InlineData("a\\", "a", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("v2.15.*", "v2.15.0", true)]
    [InlineData("v2.15.?", "v2.15.10", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void A_pattern_matches_as_go_has_it(string pattern, string text, bool matches) =>
        Assert.Equal(matches, GlobPattern.Matches(pattern, text));
}
