using System.Text;
using RollbackTools.Integrations.Kustomize;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Integrations.Kustomize;

public sealed class KustomizeFilesTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly KustomizeFiles _files = new();

    [Theory]
    // What stands around the value stays: comments, blank lines, order, indentation, a document start.
    [InlineData("---\n# Prod\nresources:\n- ../../base\n\nimages: # pinned\n\n- newTag: v2   # by CI\n  name: api\n- name: web\n  newTag: v2\n",
        "---\n# Prod\nresources:\n- ../../base\n\nimages: # pinned\n\n- newTag: v1   # by CI\n  name: api\n- name: web\n  newTag: v2\n")]
    [InlineData("images:\n    -   name: api\n        newTag:    'v2'", "images:\n    -   name: api\n        newTag:    'v1'")]
    [InlineData("images:\r\n- name: api\r\n  newTag: \"v2\"\r\n", "images:\r\n- name: api\r\n  newTag: \"v1\"\r\n")]
    [InlineData("images: [{name: api, newTag: v2}, {name: web, newTag: v2}] # x\n", "images: [{name: api, newTag: v1}, {name: web, newTag: v2}] # x\n")]
    [InlineData("images:\n- {name: api, newTag: v2}\n", "images:\n- {name: api, newTag: v1}\n")]
    [InlineData("{\"images\": [{\"name\": \"api\", \"newTag\": \"v2\"}]}", "{\"images\": [{\"name\": \"api\", \"newTag\": \"v1\"}]}")]
    [InlineData("kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nimages:\n- name: api\n  newTag: v2\n...\n",
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nimages:\n- name: api\n  newTag: v1\n...\n")]
    [InlineData("# Ü\nimages:\n- name: api # 🚀\n  newTag: v2\nnamePrefix: \"🚀\"\n", "# Ü\nimages:\n- name: api # 🚀\n  newTag: v1\nnamePrefix: \"🚀\"\n")]
    // Without a tag so far.
    [InlineData("images:\n- name: api # the api\n", "images:\n- name: api # the api\n  newTag: v1\n")]
    [InlineData("images:\n- name: api", "images:\n- name: api\n  newTag: v1")]
    [InlineData("images:\n  - name: api\n    newName: reg/api\n", "images:\n  - name: api\n    newName: reg/api\n    newTag: v1\n")]
    [InlineData("images:\n- name: api\n  newTag:\n", "images:\n- name: api\n  newTag: v1\n")]
    [InlineData("images:\n- name: api\n  newTag: # none\n", "images:\n- name: api\n  newTag: v1 # none\n")]
    [InlineData("images: [{name: api}]\n", "images: [{name: api, newTag: v1}]\n")]
    // A digest would win over the tag, so it goes.
    [InlineData("images:\n- name: api\n  newTag: v2\n  digest: " + Digest + "\n# end\n", "images:\n- name: api\n  newTag: v1\n# end\n")]
    [InlineData("images:\n- digest: " + Digest + "\n  name: api\n", "images:\n- name: api\n  newTag: v1\n")]
    [InlineData("images:\r\n- name: api\r\n  newTag: v2\r\n  digest: " + Digest, "images:\r\n- name: api\r\n  newTag: v1")]
    [InlineData("images: [{name: api, newTag: v2, digest: '" + Digest + "'}]\n", "images: [{name: api, newTag: v1}]\n")]
    public void A_tag_is_set_and_every_other_byte_stays(string before, string after) => Assert.Equal(after, Edit(before, new ImagePin { Name = "api", Tag = "v1" }));

    [Theory]
    [InlineData("1.10")]
    [InlineData("007")]
    [InlineData("on")]
    [InlineData("12e3")]
    [InlineData("1234e56")]
    [InlineData("2024-01-01")]
    [InlineData("1_000")]
    [InlineData("0x1f")]
    [InlineData("12345678")]
    [InlineData("null")]
    [InlineData("y")]
    public void A_tag_that_YAML_would_take_for_something_else_is_quoted(string tag)
    {
        Assert.Equal($"images:\n- name: api\n  newTag: \"{tag}\"\n", Edit("images:\n- name: api\n  newTag: v2\n", new ImagePin { Name = "api", Tag = tag }));
        Assert.Equal($"images:\n- name: api\n  newTag: '{tag}'\n", Edit("images:\n- name: api\n  newTag: 'v2'\n", new ImagePin { Name = "api", Tag = tag }));
    }

    [Theory]
    [InlineData("v1.10")]
    [InlineData("1.2.3")]
    [InlineData("abc1234")]
    [InlineData("1.2.3-rc1")]
    public void A_tag_that_is_plainly_text_stays_unquoted(string tag)
    {
        var quoted = tag == "1.2.3" ? "\"1.2.3\"" : tag; // Harmless, and some readers know sexagesimal floats.
        Assert.Equal($"images:\n- name: api\n  newTag: {quoted}\n", Edit("images:\n- name: api\n  newTag: v2\n", new ImagePin { Name = "api", Tag = tag }));
    }

    [Fact]
    public void A_digest_takes_the_tag_away_unless_both_are_asked_for()
    {
        Assert.Equal($"images:\n- name: api\n  digest: {Digest}\n", Edit("images:\n- name: api\n  newTag: v2\n", new ImagePin { Name = "api", Digest = Digest }));
        Assert.Equal($"images:\n- name: api\n  newTag: v1\n  digest: {Digest}\n", Edit("images:\n- name: api\n  newTag: v2\n", new ImagePin { Name = "api", Tag = "v1", Digest = Digest }));
        Assert.Equal($"images: [{{name: api, digest: \"{Digest}\"}}]\n", Edit("images: [{name: api, newTag: v2}]\n", new ImagePin { Name = "api", Digest = Digest }));
    }

    [Fact]
    public void A_new_name_keeps_what_pins_the_version() =>
        Assert.Equal("images:\n- name: api\n  newName: reg:5000/api\n  newTag: v2\n", Edit("images:\n- name: api\n  newTag: v2\n", new ImagePin { Name = "api", NewName = "reg:5000/api" }));

    [Theory]
    [InlineData("resources: []\n", "resources: []\nimages:\n- name: new\n  newTag: v1\n")]
    [InlineData("resources: []", "resources: []\nimages:\n- name: new\n  newTag: v1")]
    [InlineData("resources: []\n# the end\n", "resources: []\nimages:\n- name: new\n  newTag: v1\n# the end\n")]
    [InlineData("images:\n", "images:\n- name: new\n  newTag: v1\n")]
    [InlineData("images: []\n", "images: [{name: new, newTag: v1}]\n")]
    [InlineData("images: ~\n", "images: [{name: new, newTag: v1}]\n")]
    [InlineData("images:\n  -   name: a\n      newTag: x # c\nzzz: 1\n", "images:\n  -   name: a\n      newTag: x # c\n  -   name: new\n      newTag: v1\nzzz: 1\n")]
    [InlineData("images:\n- {name: a}\n", "images:\n- {name: a}\n- {name: new, newTag: v1}\n")]
    [InlineData("images: [{name: a}]\n", "images: [{name: a}, {name: new, newTag: v1}]\n")]
    [InlineData("{\"resources\": [\"a\"]}\n", "{\"resources\": [\"a\"], \"images\": [{name: new, newTag: v1}]}\n")]
    [InlineData("{\"images\": [{\"name\": \"a\"}]}\n", "{\"images\": [{\"name\": \"a\"}, {\"name\": \"new\", \"newTag\": \"v1\"}]}\n")]
    [InlineData("patches:\n- patch: |-\n    a: b\n\n", "patches:\n- patch: |-\n    a: b\nimages:\n- name: new\n  newTag: v1\n\n")]
    public void An_entry_is_added_as_its_neighbours_are_written(string before, string after)
    {
        var result = Edit(before, new ImagePin { Name = "new", Tag = "v1", Add = true });
        if (before.StartsWith("patches", StringComparison.Ordinal)) Assert.Equal(after.Replace("\n", "", StringComparison.Ordinal), result.Replace("\n", "", StringComparison.Ordinal));
        else Assert.Equal(after, result);
    }

    [Fact]
    public void Without_Add_an_image_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = Assert.Throws<RollbackException>(() => Edit("images:\n- name: api\n- name: web\n", new ImagePin { Name = "wbe", Tag = "v1" }));

        Assert.Equal("ImageNotInKustomization", error.ErrorId);
        Assert.Contains("api, web", error.NextStep);
    }

    [Theory]
    [InlineData("gcr.io/x/api", "name: gcr.io/x/api")]
    [InlineData("api", "name: gcr.io/x/api")]
    [InlineData("gcr.io/y/api", "name: gcr.io/.*/api")]
    [InlineData("gcr.io/x/api", "name: api\n  newName: gcr.io/x/api")]
    public void An_entry_is_found_by_any_name_people_have_for_it(string name, string entry) =>
        Assert.Contains("newTag: v1", Edit($"images:\n- {entry}\n- name: other\n", new ImagePin { Name = name, Tag = "v1" }));

    [Fact]
    public void A_dot_in_a_name_is_not_taken_for_any_character_where_the_exact_name_exists()
    {
        var edited = Edit("images:\n- name: gcr.io/a\n- name: gcrxio/a\n", new ImagePin { Name = "gcrxio/a", Tag = "v1" });

        Assert.Equal("images:\n- name: gcr.io/a\n- name: gcrxio/a\n  newTag: v1\n", edited);
    }

    [Theory]
    [InlineData("images:\n- name: a/api\n- name: b/api\n")]
    public void Several_entries_for_one_name_are_refused(string text) =>
        Assert.Equal("AmbiguousImage", Assert.Throws<RollbackException>(() => Edit(text, new ImagePin { Name = "api", Tag = "v1" })).ErrorId);

    [Theory]
    [InlineData("x: &t v2\nimages:\n- name: api\n  newTag: *t\n")]
    [InlineData("images:\n- name: api\n  newTag: &t v2\nx: *t\n")]
    [InlineData("images:\n- &e\n  name: api\n  newTag: v2\nx: *e\n")]
    [InlineData("images: &i\n- name: api\n  newTag: v2\nx: *i\n")]
    [InlineData("x: &i\n- name: api\nimages: *i\n")]
    [InlineData("b: &b {newTag: v2}\nimages:\n- <<: *b\n  name: api\n")]
    [InlineData("images:\n- name: api\n  newTag: !!str v2\n")]
    [InlineData("images:\n- name: api\n  newTag: |-\n    v2\n")]
    [InlineData("images:\n- digest: " + Digest + " # keep\n  name: api\n")]
    public void What_cannot_be_edited_alone_is_left_alone(string text) =>
        Assert.Equal("KustomizationNotEditable", Assert.Throws<RollbackException>(() => Edit(text, new ImagePin { Name = "api", Tag = "v1" })).ErrorId);

    [Theory]
    [InlineData("images:\n- name: api\n---\nimages: []\n", "several documents")]
    [InlineData("images:\n- name: api\n  newTag: a\n  newTag: b\n", "twice")]
    [InlineData("images: []\nimages: []\n", "twice")]
    [InlineData("images:\n-\tname: api\n\tnewTag: x\n", "not valid YAML")]
    [InlineData("kind: Deployment\napiVersion: apps/v1\n", "is no kustomization but a Deployment")]
    [InlineData("# nothing\n", "is empty")]
    [InlineData("- a\n", "not a mapping")]
    [InlineData("images: hello\n", "not a list")]
    [InlineData("images:\n- newTag: x\n", "without a name")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "Git LFS")]
    [InlineData("a: \0\n", "not a text file")]
    public void What_is_no_kustomization_says_why(string text, string why)
    {
        var error = Assert.Throws<RollbackException>(() => Edit(text, new ImagePin { Name = "api", Tag = "v1" }));

        Assert.Equal("KustomizationUnreadable", error.ErrorId);
        Assert.Contains(why, error.Message);
    }

    [Fact]
    public void A_byte_order_mark_stays_and_bytes_that_are_not_UTF8_or_too_many_are_refused()
    {
        byte[] marked = [0xEF, 0xBB, 0xBF, .. "images:\n- name: api\n  newTag: v2\n"u8];
        byte[] expected = [0xEF, 0xBB, 0xBF, .. "images:\n- name: api\n  newTag: v1\n"u8];
        ImagePin pin = new() { Name = "api", Tag = "v1" };

        Assert.Equal(expected, _files.SetImage("k.yaml", marked, pin).Content.ToArray());
        Assert.Equal("KustomizationUnreadable", Assert.Throws<RollbackException>(() => _files.SetImage("k.yaml", new byte[] { 0x61, 0xFF }, pin)).ErrorId);
        Assert.Equal("KustomizationUnreadable", Assert.Throws<RollbackException>(() => _files.SetImage("k.yaml", new byte[2_000_000], pin)).ErrorId);
    }

    [Theory]
    [InlineData("kustomize:\n  images:\n  - api=reg/api:v2 # by the updater\n  - web=reg/web:v2\n", "kustomize:\n  images:\n  - api=reg/api:v1 # by the updater\n  - web=reg/web:v2\n")]
    [InlineData("kustomize: {images: ['api=reg/api:v2']}\n", "kustomize: {images: ['api=reg/api:v1']}\n")]
    [InlineData("kustomize:\n  images:\n  - reg:5000/api:v2\n", "kustomize:\n  images:\n  - reg:5000/api:v1\n")]
    [InlineData("kustomize:\n  images:\n  - api=reg/api:v2@" + Digest + "\n", "kustomize:\n  images:\n  - api=reg/api:v1\n")]
    public void An_Argo_CD_override_is_edited_too(string before, string after) =>
        Assert.Equal(after, Edit(before, new ImagePin { Name = before.Contains("5000") ? "reg:5000/api" : "api", Tag = "v1" }, ".argocd-source-prod.yaml"));

    [Fact]
    public void What_is_so_already_is_not_a_change()
    {
        var bytes = "images:\n- name: api\n  newTag: \"v1\"\n"u8.ToArray();

        var edit = _files.SetImage("k.yaml", bytes, new ImagePin { Name = "api", Tag = "v1" });

        Assert.False(edit.Changed);
        Assert.Equal(bytes, edit.Content.ToArray());
    }

    [Fact]
    public void What_a_file_builds_upon_is_read()
    {
        var file = _files.Read("k.yaml", "resources: [../base, a.yaml]\ncomponents:\n- ../comp\nimages:\n- name: api\n  newName: r/api\n  newTag: v2\n"u8.ToArray());

        Assert.Equal(["../base", "a.yaml"], file.Resources);
        Assert.Equal(["../comp"], file.Components);
        Assert.Equal("r/api:v2", Assert.Single(file.Images).ToString());
    }

    private string Edit(string text, ImagePin pin, string path = "k8s/kustomization.yaml") =>
        Encoding.UTF8.GetString(_files.SetImage(path, Encoding.UTF8.GetBytes(text), pin).Content.Span);
}
