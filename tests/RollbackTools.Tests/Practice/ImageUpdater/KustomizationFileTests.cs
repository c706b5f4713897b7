using RollbackTools.Practice.ImageUpdater;

namespace RollbackTools.Tests.Practice.ImageUpdater;

public sealed class KustomizationFileTests
{
    private const string File = """
        # What runs in production.
        ---
        resources:
          - ../../base   # the base

        images:
            # the one people see
            - name: backend
              newTag: v1   # set by Image Updater

            - name: api
              newName: mirror.example.com/api
              newTag: "1.9"
            - name: worker
        namespace: prod

        """;

    [Fact]
    public void Only_the_tag_changes() =>
        Assert.Equal(File.Replace("newTag: v1 ", "newTag: v2 ", StringComparison.Ordinal), KustomizationFile.Set(File, "backend", "backend", "v2"));

    [Fact]
    public void A_quoted_tag_stays_quoted_and_the_name_is_brought_up_to_date() => Assert.Equal(
        File.Replace("\"1.9\"", "\"1.10\"", StringComparison.Ordinal).Replace("mirror.example.com/api", "other.example.com/api", StringComparison.Ordinal),
        KustomizationFile.Set(File, "api", "other.example.com/api", "1.10"));

    [Fact]
    public void An_entry_without_a_tag_gets_one() => Assert.Equal(
        File.Replace("- name: worker\n", "- name: worker\n      newTag: v2\n", StringComparison.Ordinal), KustomizationFile.Set(File, "worker", "worker", "v2"));

    [Fact]
    public void A_new_entry_comes_last_and_stands_as_the_others_do() => Assert.Equal(
        File.Replace("- name: worker\n", "- name: worker\n    - name: cron\n      newTag: v2\n", StringComparison.Ordinal), KustomizationFile.Set(File, "cron", "cron", "v2"));

    [Theory]
    [InlineData("1.10", "\"1.10\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("1234e56", "\"1234e56\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("v1.10", "v1.10")]
    [InlineData("3f2a9c1", "3f2a9c1")]
    public void A_tag_that_reads_as_something_else_is_quoted(string tag, string written) =>
        Assert.Contains($"newTag: {written}   # set", KustomizationFile.Set(File, "backend", "backend", tag), StringComparison.Ordinal);

    [Fact]
    public void Windows_line_ends_stay()
    {
        var file = File.Replace("\n", "\r\n", StringComparison.Ordinal);
        var set = KustomizationFile.Set(file, "cron", "example.com/cron", "v2");

        Assert.Equal(file.Replace("- name: worker\r\n", "- name: worker\r\n    - name: cron\r\n      newName: example.com/cron\r\n      newTag: v2\r\n", StringComparison.Ordinal), set);
    }

    [Theory]
    [InlineData("images: [{ name: a, newTag: v1 }]\n", "images: [{ name: a, newTag: v2 }]\n")]
    [InlineData("images: [{ name: a }]\n", "images: [{ name: a, newTag: v2 }]\n")]
    [InlineData("images: [{ name: b, newTag: v1 }]\n", "images: [{ name: b, newTag: v1 }, { name: a, newTag: v2 }]\n")]
    [InlineData("images: []\nresources: [x]\n", "resources: [x]\nimages:\n- name: a\n  newTag: v2\n")]
    [InlineData("resources: [x]", "resources: [x]\nimages:\n- name: a\n  newTag: v2\n")]
    [InlineData("images:\n- newTag: v1\n  name: a\n", "images:\n- newTag: v2\n  name: a\n")]
    public void Lists_in_any_style_are_kept(string file, string expected) => Assert.Equal(expected, KustomizationFile.Set(file, "a", "a", "v2"));

    [Fact]
    public void Two_documents_are_refused() =>
        Assert.Contains("single YAML document", Assert.Throws<FormatException>(() => KustomizationFile.Set("a: 1\n---\nb: 2\n", "a", "a", "v2")).Message, StringComparison.Ordinal);
}
