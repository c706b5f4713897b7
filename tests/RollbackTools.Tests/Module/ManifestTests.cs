using System.Text.RegularExpressions;
using System.Xml.Linq;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.HelpBuilder;

namespace RollbackTools.Tests.Module;

/// <summary>What the manifest lists and what there is, without a PowerShell to ask.</summary>
public sealed class ManifestTests
{
    private static readonly string Manifest = File.ReadAllText(Path.Combine(Repository.Root, "RollbackTools.psd1"));

    [Fact]
    public void It_exports_exactly_the_compiled_cmdlets() =>
        Assert.Equal(CmdletReader.Read(typeof(RollbackCmdlet).Assembly).Select(cmdlet => cmdlet.Name).Order(), Listed("CmdletsToExport").Order());

    [Fact]
    public void It_exports_exactly_the_runbooks() =>
        Assert.Equal(Names("src/RollbackTools.Runbooks", "*.ps1").Select(Path.GetFileNameWithoutExtension).Order(), Listed("FunctionsToExport").Order());

    [Fact]
    public void Every_view_is_in_the_one_file_it_lists()
    {
        var merged = XDocument.Load(Path.Combine(Repository.StagedModule, Assert.Single(Listed("FormatsToProcess"))));

        var written = Views("src/RollbackTools.Cmdlets/Views").Concat(Views("src/RollbackTools.Runbooks")).ToList();
        Assert.NotEmpty(written);
        Assert.Equal(written.Order(), merged.Descendants("View").Select(view => view.ToString()).Order());
    }

    [Fact]
    public void It_exports_no_aliases_and_no_variables()
    {
        Assert.Empty(Listed("AliasesToExport"));
        Assert.Empty(Listed("VariablesToExport"));
    }

    [Fact]
    public void Its_version_is_that_of_the_assemblies()
    {
        var version = Regex.Match(Manifest, "ModuleVersion += '(.+)'").Groups[1].Value;

        Assert.Equal(typeof(RollbackCmdlet).Assembly.GetName().Version!.ToString(3), version);
    }

    [Fact]
    public void Everything_it_names_is_staged()
    {
        var named = Listed("FormatsToProcess").Concat(Listed("RequiredAssemblies")).Concat(Listed("NestedModules")).Append("bin/RollbackTools.Cmdlets.dll");

        Assert.All(named, file => Assert.True(File.Exists(Path.Combine(Repository.StagedModule, file)), file));
    }

    [Fact]
    public void The_staged_module_keeps_vendors_apart_and_the_runtime_out()
    {
        Assert.Equal(["RollbackTools.Cmdlets.dll", "RollbackTools.Operations.dll"], Staged("bin"));
        var dependencies = Staged("bin/dependencies");
        Assert.Contains("RollbackTools.Integrations.dll", dependencies);
        Assert.DoesNotContain("RollbackTools.Operations.dll", dependencies);
        Assert.DoesNotContain("System.Management.Automation.dll", dependencies);
        var runtime = Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll").Select(Path.GetFileName);
        Assert.Empty(dependencies.Intersect(runtime));
    }

    [Fact]
    public void The_staged_practice_estate_can_start_by_itself()
    {
        string[] needed =
        [
            "RollbackTools.Practice.dll", "RollbackTools.Practice.runtimeconfig.json", "RollbackTools.Practice.deps.json", "RollbackTools.Cmdlets.dll",
            "RollbackTools.Operations.dll", "System.Management.Automation.dll", "dependencies/RollbackTools.Integrations.dll",
        ];

        Assert.All(needed, file => Assert.True(File.Exists(Path.Combine(Repository.StagedModule, "practice", file)), file));
    }

    private static IEnumerable<string> Staged(string folder) =>
        Directory.GetFiles(Path.Combine(Repository.StagedModule, folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Views(string folder) =>
        Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.ps1xml").SelectMany(file => XDocument.Load(file).Descendants("View")).Select(view => view.ToString());

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Repository.Root, folder), pattern).Select(path => Path.GetFileName(path));

    private static List<string> Listed(string key)
    {
        var list = Regex.Match(Manifest, $@"{key} += @\((?<items>[^)]*)\)");
        Assert.True(list.Success, $"{key} is not in the manifest: a missing entry means '*'.");
        return [.. Regex.Matches(list.Groups["items"].Value, "'([^']+)'").Select(match => match.Groups[1].Value)];
    }
}
