using System.Text;
using RollbackTools.Integrations.Yaml;

namespace RollbackTools.Tests.Integrations.Yaml;

public sealed class ManifestReaderTests
{
    private readonly ManifestReader _reader = new();

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("y", "true")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"yes\"", "\"yes\"")]
    [InlineData("0644", "420")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("-0b11", "-3")]
    [InlineData("08", "8")]
    [InlineData("1_000", "1000")]
    [InlineData("12e3", "12000")]
    [InlineData(".5", "0.5")]
    [InlineData("1e400", "\"1e400\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("10:30", "\"10:30\"")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("!!str 5", "\"5\"")]
    [InlineData("!!int \"5\"", "5")]
    [InlineData("!custom 5", "\"5\"")]
    [InlineData("!!binary aGk=", "\"hi\"")]
    [InlineData("<<", "\"<<\"")]
    public void A_scalar_is_what_Helm_takes_it_for(string yaml, string json) => Assert.Equal($"{{\"a\":[{json}]}}", Read($"a:\n- {yaml}\n"));

    [Fact]
    public void Keys_become_text_and_the_last_of_equal_ones_counts() =>
        Assert.Equal("""{"true":1,"5":3,"1.5":4}""", Read("{yes: 1, 5: 2, 5: 3, 1.5: 4}"));

    [Fact]
    public void A_merged_map_is_set_where_it_stands_and_of_several_the_first_wins() => Assert.Equal(
        """{"b":{"p":1},"c":{"p":2,"q":2},"before":{"p":9,"q":2},"after":{"p":1,"q":2}}""",
        Read("""
            b: &b {p: 1}
            c: &c {p: 2, q: 2}
            before: {<<: [*b, *c], p: 9}
            after: {p: 9, <<: [*b, *c]}
            """));

    [Theory]
    [InlineData("")]
    [InlineData("# Source: api/templates/empty.yaml\n# nothing\n")]
    [InlineData("~")]
    public void Nothing_but_comments_is_nothing(string yaml) => Assert.Null(_reader.Read(yaml));

    [Theory]
    [InlineData("a: [secret", "it is not valid YAML")]
    [InlineData("a: *secret", "it uses an alias ('*') before its anchor")]
    [InlineData("a: &a [*a]", "it contains itself through an alias ('*')")]
    [InlineData("~: secret", "it has a null as a mapping key")]
    [InlineData("[secret]: 1", "it has a mapping key that is no scalar")]
    [InlineData("a: {<<: secret}", "it merges ('<<') something that is not a mapping")]
    [InlineData("a: .inf", "JSON has no infinite number")]
    [InlineData("a: !!int secret", "a value is not of the type its tag names")]
    [InlineData("a: !!binary '*secret*'", "a !!binary value is not base64")]
    [InlineData("a: secret\n---\nb: 1", "another document begins in it")]
    public void Trouble_is_told_with_its_line_and_without_content(string yaml, string trouble)
    {
        var error = Assert.Throws<FormatException>(() => _reader.Read("#\n" + yaml));

        Assert.Matches($"^line [23]\\b.*{System.Text.RegularExpressions.Regex.Escape(trouble)}", error.Message);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Contains("nested more than 200 levels", Refusal(new string('[', 100_000)), StringComparison.Ordinal);
        Assert.Contains("nested more than 200 levels", Refusal(string.Concat(Enumerable.Range(0, 500).Select(i => new string(' ', i) + "a:\n"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_by_aliases_is_bounded()
    {
        StringBuilder yaml = new("a0: &a0 [1]\n");
        for (var i = 1; i < 300; i++) yaml.Append($"a{i}: &a{i} [*a{i - 1}]\n");

        Assert.Contains("nested more than 200 levels", Refusal(yaml.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_cannot_make_it_grow_without_bound()
    {
        StringBuilder yaml = new("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++) yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        Assert.Contains("make it grow beyond 2,000,000 values", Refusal(yaml.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_texts_behind_aliases_cannot_either()
    {
        var yaml = $"a: &a \"{new string('x', 1_000_000)}\"\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]\n";

        Assert.Contains("64 MiB", Refusal(yaml), StringComparison.Ordinal);
    }

    private string Read(string yaml) => _reader.Read(yaml)!.Value.GetRawText();

    private string Refusal(string yaml) => Assert.Throws<FormatException>(() => _reader.Read(yaml)).Message;
}
