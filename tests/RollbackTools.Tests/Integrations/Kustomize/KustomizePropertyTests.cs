using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RollbackTools.Integrations.Kustomize;
using RollbackTools.Operations.Estate.Kustomize;
using YamlDotNet.RepresentationModel;

namespace RollbackTools.Tests.Integrations.Kustomize;

/// <summary>Kustomizations in many styles, made at random from a seed: whatever they look like, only the value asked for changes.</summary>
public sealed class KustomizePropertyTests
{
    private static readonly string[] Tags = ["v1.2.3", "1.10", "007", "abc1234", "1234e56", "on", "latest", "2026-01-01", "_x", "1.0-rc.1"];
    private static readonly string[] Quotes = ["", "'", "\""];
    private static readonly string[] Comments = ["", " # by CI", "   # newTag: no", " #"];

    private readonly KustomizeFiles _files = new();

    [Fact]
    public void Everything_outside_the_value_is_the_same_bytes() => Holds(sample =>
    {
        var (prefix, quote, suffix) = (sample.Before, sample.Quote, sample.After);
        var text = $"{prefix}{quote}{sample.OldTag}{quote}{suffix}";
        var edited = Edit(text, new ImagePin { Name = "target/app", Tag = sample.NewTag });

        Assert.StartsWith(prefix, edited);
        Assert.EndsWith(suffix, edited);
        var value = edited[prefix.Length..^suffix.Length];
        Assert.Contains(value, (string[])[sample.NewTag, $"'{sample.NewTag}'", $"\"{sample.NewTag}\""]);
        if (quote.Length > 0) Assert.Equal($"{quote}{sample.NewTag}{quote}", value);
    });

    [Fact]
    public void Another_reader_sees_exactly_the_change_that_was_asked_for() => Holds(sample =>
    {
        var text = $"{sample.Before}{sample.Quote}{sample.OldTag}{sample.Quote}{sample.After}";
        var expected = Facts(text).Select(fact => fact == $"/images/target/app/newTag={sample.OldTag}" ? $"/images/target/app/newTag={sample.NewTag}" : fact);

        Assert.Equal(expected, Facts(Edit(text, new ImagePin { Name = "target/app", Tag = sample.NewTag })));
    });

    [Fact]
    public void Setting_it_back_gives_the_same_bytes_again() => Holds(sample =>
    {
        // A quoted value has one way to be written; a plain one may gain quotes that it needs, and keeps them.
        var quote = sample.Quote.Length == 0 ? "'" : sample.Quote;
        var text = $"{sample.Before}{quote}{sample.OldTag}{quote}{sample.After}";

        Assert.Equal(text, Edit(Edit(text, new ImagePin { Name = "target/app", Tag = sample.NewTag }), new ImagePin { Name = "target/app", Tag = sample.OldTag }));
    });

    [Fact]
    public void An_added_entry_leaves_the_rest_as_it_was() => Holds(sample =>
    {
        var text = $"{sample.Before}{sample.Quote}{sample.OldTag}{sample.Quote}{sample.After}";
        var edited = Edit(text, new ImagePin { Name = "brand/new", Tag = sample.NewTag, Add = true });

        Assert.Equal(Facts(text), Facts(edited).Where(fact => !fact.StartsWith("/images/brand/new", StringComparison.Ordinal)));
        Assert.Contains($"/images/brand/new/newTag={sample.NewTag}", Facts(edited));
    });

    private static void Holds(Action<Sample> property) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261125, 1),
        Prop.ForAll(Samples().ToArbitrary(), property));

    private static Gen<Sample> Samples() =>
        from newLine in Gen.Elements("\n", "\r\n")
        from flow in Gen.Elements("block", "flow item", "flow list")
        from indent in Gen.Choose(0, 4)
        from gap in Gen.Choose(1, 3)
        from quote in Gen.Elements(Quotes)
        from oldTag in Gen.Elements("v9", "old", "x1")
        from newTag in Gen.Elements(Tags)
        from comment in Gen.Elements(Comments)
        from start in Gen.Elements("", "---", "# first\n---", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n")
        from others in Gen.Choose(0, 3)
        from nameFirst in Gen.Elements(true, false)
        from ending in Gen.Elements("", "\n", "\n\n# end\n", "\nresources:\n- ../base # b\n\nnamePrefix: \"p-\"\n")
        select Write(newLine, flow, indent, gap, quote, oldTag, newTag, comment, start, others, nameFirst, ending);

    private static Sample Write(
        string newLine, string flow, int indent, int gap, string quote, string oldTag, string newTag, string comment, string start, int others, bool nameFirst, string ending)
    {
        var dash = new string(' ', indent) + "-" + new string(' ', gap);
        var inner = new string(' ', dash.Length);
        StringBuilder before = new(start.Length == 0 || start.EndsWith('\n') ? start : start + "\n");
        before.Append(flow == "flow list" ? "images: [" : "images:" + comment + "\n");
        for (var i = 0; i < others; i++)
        {
            before.Append(flow switch
            {
                "block" => $"{dash}name: other/{i}{comment}\n{inner}newTag: \"{i}\"\n\n",
                "flow item" => $"{dash}{{name: other/{i}, newTag: v{i}}}{comment}\n",
                _ => $"{{name: other/{i}, newTag: 'v{i}'}}, ",
            });
        }

        var (head, tail) = (flow, nameFirst) switch
        {
            ("block", true) => ($"{dash}name: target/app{comment}\n{inner}newTag: ", comment),
            ("block", false) => ($"{dash}newTag: ", $"{comment}\n{inner}name: target/app"),
            ("flow item", true) => ($"{dash}{{name: target/app, newTag: ", $"}}{comment}"),
            ("flow item", false) => ($"{dash}{{newTag: ", $", name: target/app}}{comment}"),
            (_, true) => ("{name: target/app, newTag: ", $"}}]{comment}"),
            (_, false) => ("{ newTag: ", $" , name: target/app }}]{comment}"),
        };
        return new Sample(Lines(before.Append(head).ToString()), quote, oldTag, newTag, Lines(tail + ending));

        string Lines(string text) => text.Replace("\n", newLine, StringComparison.Ordinal);
    }

    // Not the reader under test, and by name instead of by place.
    private static List<string> Facts(string text)
    {
        YamlStream stream = new();
        stream.Load(new StringReader(text));
        List<string> facts = [];
        Walk("", stream.Documents[0].RootNode);
        return facts;

        void Walk(string path, YamlNode node)
        {
            switch (node)
            {
                case YamlScalarNode scalar:
                    facts.Add($"{path}={scalar.Value}");
                    break;
                case YamlMappingNode map:
                    foreach (var (key, value) in map) Walk($"{path}/{key}", value);
                    break;
                case YamlSequenceNode list:
                    foreach (var item in list) Walk(item is YamlMappingNode entry ? $"{path}/{entry["name"]}" : $"{path}/-", item);
                    break;
            }
        }
    }

    private string Edit(string text, ImagePin pin) => Encoding.UTF8.GetString(_files.SetImage("kustomization.yaml", Encoding.UTF8.GetBytes(text), pin).Content.Span);

    private sealed record Sample(string Before, string Quote, string OldTag, string NewTag, string After);
}
