using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Tests.Practice.ImageUpdater;

public sealed class TagSelectionTests
{
    [Theory]
    [InlineData("", "v2.10.1")]
    [InlineData("2.x", "v2.10.1")]
    [InlineData("~2.9", "v2.9.3")]
    [InlineData("~2.9.1", "v2.9.3")]
    [InlineData("^1.2", "1.4.0")]
    [InlineData("1.2.x", "1.2.0")]
    [InlineData(">=1.2, <2", "1.4.0")]
    [InlineData(">= 1.2 < 1.4", "1.2.0")]
    [InlineData("1.2.0 || ~2.9", "v2.9.3")]
    [InlineData("!=2.10.1", "v2.9.3")]
    [InlineData(">=2.0.0-0", "v3.0.0-rc.1")]
    [InlineData("9.x", null)]
    public void The_newest_version_within_the_constraint_is_taken(string constraint, string? tag) =>
        Assert.Equal(tag, Newest("semver", constraint: constraint));

    [Fact]
    public void The_newest_build_is_the_one_pushed_last() => Assert.Equal("1.2.0", Newest("newest-build"));

    [Fact]
    public void The_alphabet_knows_no_numbers() => Assert.Equal("v3.0.0-rc.1", Newest("alphabetical", allow: "any"));

    [Fact]
    public void Tags_can_be_allowed_by_a_regular_expression() => Assert.Equal("1.4.0", Newest("semver", allow: "regexp:^[0-9.]+$"));

    [Fact]
    public void Ignored_tags_are_not_there() => Assert.Equal("v2.9.3", Newest("semver", ignore: ["v2.10.*", "nothing"]));

    [Fact]
    public void Everything_ignored_leaves_nothing() => Assert.Null(Newest("semver", ignore: ["*"]));

    [Fact]
    public void A_constraint_that_is_none_is_said_to_be() => Assert.Throws<FormatException>(() => Newest("semver", constraint: "newest"));

    private static string? Newest(string strategy, string constraint = "", string? allow = null, string[]? ignore = null)
    {
        ImageCatalogue images = new();
        var day = 0;
        foreach (var tag in (string[])["1.4.0", "latest", "v2.9.3", "v2.10.1", "v3.0.0-rc.1", "build-7", "1.2.0"])
            images.Push("shop", tag, pushed: new DateTimeOffset(2026, 4, ++day, 0, 0, 0, TimeSpan.Zero));
        return TagSelection.Newest(images.Tags("shop"), new ManagedImage("shop", "shop", constraint, null, new UpdateSettings(strategy, allow, ignore)))?.Tag;
    }
}
