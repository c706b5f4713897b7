using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("app", "app", null)]
    [InlineData("app:1.2", "app", "1.2")]
    [InlineData("registry:5000/team/app", "registry:5000/team/app", null)]
    [InlineData("registry:5000/team/app:41", "registry:5000/team/app", "41")]
    [InlineData("Registry.Example.com/app:41", "Registry.Example.com/app", "41")]
    [InlineData("[2001:db8::1]:5000/app:41", "[2001:db8::1]:5000/app", "41")]
    [InlineData("localhost/app", "localhost/app", null)]
    [InlineData("a--b/c__d/e.f_g:V1.0-rc_1", "a--b/c__d/e.f_g", "V1.0-rc_1")]
    public void The_tag_is_what_follows_the_last_colon_after_the_last_slash(string text, string repository, string? tag)
    {
        var image = ImageReference.Parse(text);

        Assert.Equal(repository, image.Repository);
        Assert.Equal(tag, image.Tag);
        Assert.Equal(text, image.ToString());
    }

    [Fact]
    public void A_new_tag_drops_the_digest_that_would_win_over_it() =>
        Assert.Equal("app:40", ImageReference.Parse($"app:41@{Digest}").WithTag("40").ToString());

    [Fact]
    public void A_digest_replaces_the_tag_that_would_only_pretend_to_matter() =>
        Assert.Equal($"app@{Digest}", ImageReference.Parse("app:41").WithDigest(Digest).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("app:")]
    [InlineData("app:a b")]
    [InlineData("app@sha256:12")]
    [InlineData("app:-x")]
    [InlineData("a//b")]
    [InlineData("app;rm -rf /")]
    [InlineData("--flag=x")]
    [InlineData("app\n:1")]
    [InlineData("app:1\n")]
    [InlineData("app:ä")]
    [InlineData("-registry.example.com/app")]
    [InlineData("registry.example.com:port/app")]
    [InlineData("app..b:1")]
    [InlineData("app_:1")]
    public void Text_that_no_runtime_would_accept_is_refused_by_name(string text)
    {
        var refusal = Record.Exception(() => ImageReference.Parse(text));

        Assert.IsType<FormatException>(refusal);
    }

    [Theory]
    [InlineData("team/App:1", "'App' must be lower-case")]
    [InlineData("Team/app:1", "'Team' must be lower-case")]
    [InlineData("app:1:2", "'app:1' has a ':'")]
    [InlineData("team/app:1/x", "'app:1' has a ':'")]
    [InlineData("app:1@sha256:ABC", "'sha256:ABC' is not an image digest")]
    [InlineData("app@sha256:12@sha256:34", "is not an image digest")]
    [InlineData("reg_istry.io/app", "'reg_istry.io' is not a registry's host")]
    public void The_refusal_names_the_part_that_is_wrong(string text, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message, StringComparison.Ordinal);
}
