using System.Reflection;
using System.Text.RegularExpressions;
using RollbackTools.HelpBuilder;

// RollbackTools.HelpBuilder <pages> <output> [--write-syntax]
var (pagesFolder, output) = (Path.GetFullPath(args[0]), args[1]);
var cmdlets = CmdletReader.Read(Assembly.Load("RollbackTools.Cmdlets"));
var errors = new List<PageError>();

var commonPath = Path.Combine(pagesFolder, "common-parameters.md");
var common = File.Exists(commonPath) ? PageReader.Read(commonPath, errors).Parameters : [];
var help = new List<(Page, CmdletDescription)>();
foreach (var cmdlet in cmdlets)
{
    var path = Path.Combine(pagesFolder, cmdlet.Name + ".md");
    if (!File.Exists(path))
    {
        errors.Add(new(path, 1, "HELP000", $"{cmdlet.Name} has no page."));
        continue;
    }

    if (args.Contains("--write-syntax")) WriteSyntax(path, cmdlet);
    var page = PageReader.Read(path, errors);
    errors.AddRange(PageCheck.Check(page, cmdlet, common));
    help.Add((page, cmdlet));
}

foreach (var path in Directory.GetFiles(pagesFolder, "*-*.md").Where(path => path != commonPath))
{
    if (cmdlets.All(cmdlet => cmdlet.Name != Path.GetFileNameWithoutExtension(path)))
        errors.Add(new(path, 1, "HELP003", $"There is no cmdlet called {Path.GetFileNameWithoutExtension(path)}."));
}

foreach (var error in errors) Console.WriteLine(error);
if (errors.Count > 0) return 1;

Directory.CreateDirectory(output);
MamlWriter.Write(help, common).Save(Path.Combine(output, "RollbackTools.Cmdlets.dll-Help.xml"));
foreach (var path in Directory.GetFiles(pagesFolder, "about_*.md"))
    File.WriteAllText(Path.Combine(output, Path.GetFileNameWithoutExtension(path) + ".help.txt"), AboutTopic.Write(File.ReadAllText(path)));
return 0;

static void WriteSyntax(string path, CmdletDescription cmdlet)
{
    var section = $"## Syntax\n\n```text\n{string.Join("\n\n", SyntaxText.Of(cmdlet))}\n```\n\n";
    var text = Regex.Replace(File.ReadAllText(path), @"## Syntax\n.*?(?=^## )", "", RegexOptions.Singleline | RegexOptions.Multiline);
    File.WriteAllText(path, text.Replace("## Description\n", section + "## Description\n", StringComparison.Ordinal));
}
