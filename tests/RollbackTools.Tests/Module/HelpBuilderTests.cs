using System.Management.Automation;
using System.Xml.Linq;
using RollbackTools.HelpBuilder;

namespace RollbackTools.Tests.Module;

public sealed class HelpBuilderTests : IDisposable
{
    private const string GoodPage = """
        # Get-Sample

        ## Synopsis

        Reads a sample.

        ## Syntax

        ```text
        Get-Sample [-Name] <string> [-Size <int>] [<CommonParameters>]
        ```

        ## Description

        First paragraph
        on two lines.

        - a point

        ## Examples

        ### Read one

        ```powershell
        PS> Get-Sample api
        ```

        Shows it.

        ## Parameters

        ### -Name

        Which one.

        ## Outputs

        ### System.String

        Its text.

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("help").FullName;

    [Fact]
    public void A_true_page_has_nothing_to_complain_about() => Assert.Empty(Check(GoodPage));

    [Theory]
    [InlineData("### -Name", "### -Naem", "HELP020", "no parameter -Naem")]
    [InlineData("### -Name", "### -Naem", "HELP022", "-Name is not described")]
    [InlineData("Reads a sample.", "", "HELP010", "Synopsis")]
    [InlineData("[-Name] <string>", "-Name <string>", "HELP040", "Syntax")]
    [InlineData("System.String", "System.Int32", "HELP030", "System.String")]
    [InlineData("PS> Get-Sample api", "PS> Get-Other api", "HELP013", "Read one")]
    [InlineData("## Outputs", "## Output", "HELP002", "'Output'")]
    [InlineData("# Get-Sample", "# Get-Simple", "HELP001", "# Get-Sample")]
    public void A_page_that_is_not_true_is_refused_by_name(string truth, string instead, string code, string says)
    {
        var errors = Check(GoodPage.Replace(truth, instead, StringComparison.Ordinal));

        Assert.Contains(errors, error => error.Code == code && error.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void An_inherited_parameter_may_be_described_once_for_all()
    {
        var cmdlet = Sample();
        var page = Write(GoodPage);

        Assert.Null(PageCheck.TextOf(Parameter(cmdlet, "Size"), cmdlet, page, []));
        Assert.Equal(["How big."], PageCheck.TextOf(Parameter(cmdlet, "Size"), cmdlet, page, [new("Size", ["How big."], 1)])!);
        Assert.Null(PageCheck.TextOf(Parameter(cmdlet, "Name"), cmdlet, Write(GoodPage.Replace("-Name", "-Other", StringComparison.Ordinal)),
            [new("Name", ["Not for a parameter of the cmdlet's own."], 1)]));
    }

    [Fact]
    public void Maml_takes_types_positions_pipeline_and_defaults_from_the_class()
    {
        var maml = MamlWriter.Write([(Write(GoodPage), Sample())], [new("Size", ["How big."], 1)]);

        var parameters = maml.Descendants().Where(e => e.Name.LocalName == "parameters").Elements().ToDictionary(
            e => e.Elements().First().Value, e => e);
        Assert.Equal("True (ByPropertyName, ByValue)", (string?)parameters["Name"].Attribute("pipelineInput"));
        Assert.Equal("0", (string?)parameters["Name"].Attribute("position"));
        Assert.Equal("true", (string?)parameters["Name"].Attribute("required"));
        Assert.Equal("Label", (string?)parameters["Name"].Attribute("aliases"));
        Assert.Equal("32", parameters["Size"].Elements().Single(e => e.Name.LocalName == "defaultValue").Value);
        Assert.Equal("First paragraph on two lines.", maml.Descendants().First(e => e.Name.LocalName == "para" && e.Value.StartsWith("First", StringComparison.Ordinal)).Value);
        Assert.Contains(maml.Descendants(), e => e.Name.LocalName == "code" && e.Value == "PS> Get-Sample api");
    }

    [Fact]
    public void An_about_topic_stays_within_eighty_columns_and_keeps_code_as_it_is()
    {
        var code = "Invoke-ImageRollback " + new string('x', 90);
        var text = AboutTopic.Write($"# about_Sample\n\n## Short description\n\n{string.Join(' ', Enumerable.Repeat("words", 40))}\n\n- {string.Join(' ', Enumerable.Repeat("point", 30))}\n\n```powershell\n{code}\n```\n");

        Assert.StartsWith("TOPIC\n    about_Sample\n\nSHORT DESCRIPTION\n", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n').Where(line => !line.Contains("xxx", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("\n        " + code + "\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    - point", text, StringComparison.Ordinal);
        Assert.Contains("\n      point", text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CmdletDescription Sample() => CmdletReader.Describe(typeof(GetSampleCommand));

    private static ParameterDescription Parameter(CmdletDescription cmdlet, string name) => cmdlet.Parameters.Single(p => p.Name == name);

    private List<PageError> Check(string text)
    {
        var errors = new List<PageError>();
        errors.AddRange(PageCheck.Check(Write(text, errors), Sample(), [new("Size", ["How big."], 1)]));
        return errors;
    }

    private Page Write(string text, List<PageError>? errors = null)
    {
        var path = Path.Combine(_folder, "Get-Sample.md");
        File.WriteAllText(path, text);
        return PageReader.Read(path, errors ?? []);
    }

    private abstract class SizedCommand : PSCmdlet
    {
        [Parameter]
        public int Size { get; set; } = 32;
    }

    [Cmdlet(VerbsCommon.Get, "Sample")]
    [OutputType(typeof(string))]
    private sealed class GetSampleCommand : SizedCommand
    {
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Label")]
        public string Name { get; set; } = "";
    }
}
