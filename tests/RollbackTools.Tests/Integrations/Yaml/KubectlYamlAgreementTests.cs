using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.Integrations.Yaml;

/// <summary>kubectl reads manifests with the library that Helm reads them with. Whatever a scalar looks like, both make the same of it.</summary>
public sealed class KubectlYamlAgreementTests
{
    private static readonly string[] Styles = ["{0}", "{0}", "{0}", "'{0}'", "\"{0}\"", "!!str {0}"];

    private static readonly string[] Words =
    [
        "yes", "Yes", "yEs", "no", "on", "ON", "off", "y", "N", "true", "True", "tRUE", "null", "Null", "~", ".inf", "-.Inf", ".nan", "inf", "0", "00", "08", "0.", "1.0", "1.10",
        "0x", "0xg", "0b2", "0o8", "0b", "+0x1f", "1__0", "_1", "1_", "0_7", "0x_1", "1e", "1e5", "1E+5", "1.5e-3", "..5", "+", "+.5", "-.5e1", ".e1", "1:2", "190:20:30",
        "2026-11-25", "2026-11-25T10:00:00Z", "2026-1-1", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "12e03", "1e309", "-1e309", "=", "0777", "-0777", "+0777",
    ];

    [Fact]
    public async Task Every_scalar_is_the_same_to_both()
    {
        Kubectl.Need();
        // Infinite numbers have no JSON; kubectl refuses the document as we do.
        var scalars = Words.Concat(Made()).Where(text => !IsInfinite(text)).ToList();
        var yaml = Document(scalars);

        var theirs = await KubectlAsync(yaml);
        var ours = new ManifestReader().Read(yaml)!.Value.Items("spec", "values");

        Assert.Equal(scalars.Count, theirs.Count);
        for (var i = 0; i < scalars.Count; i++) Assert.True(Text(theirs[i]) == Text(ours[i]), $"{scalars[i]} is {theirs[i]} to kubectl and {ours[i]} to us");
    }

    private static IEnumerable<string> Made()
    {
        const string alphabet = "0123456789xob_.+-eEyYnNosfaltru:";
        Random random = new(20261125);
        for (var i = 0; i < 3000; i++)
        {
            var text = new string(random.GetItems<char>(alphabet, random.Next(1, 8)));
            // A colon at its end, or a hyphen alone or twice, would not be a scalar's.
            if (text.EndsWith(':') || (text[0] == '-' && !(text.Length > 1 && char.IsAsciiLetterOrDigit(text[1])))) continue;
            yield return string.Format(CultureInfo.InvariantCulture, Styles[random.Next(Styles.Length)], text);
        }
    }

    private static string Document(IEnumerable<string> scalars)
    {
        StringBuilder yaml = new("apiVersion: example.com/v1\nkind: Any\nmetadata:\n  name: any\nspec:\n  values:\n");
        foreach (var scalar in scalars) yaml.Append("  - ").Append(scalar).Append('\n');
        return yaml.ToString();
    }

    private static bool IsInfinite(string text) => text.Trim('+', '-').ToLowerInvariant() is ".inf" or ".nan";

    // kubectl keeps numbers as doubles where they are no 64-bit integers.
    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.TryGetInt64(out var whole) ? whole.ToString(CultureInfo.InvariantCulture) : value.GetDouble().ToString("R", CultureInfo.InvariantCulture)
        : value.GetRawText();

    private static async Task<IReadOnlyList<JsonElement>> KubectlAsync(string yaml)
    {
        var stop = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new(Kubectl.Path!, "annotate --local -f - -o json read=it")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(yaml);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, await error);
        using var document = JsonDocument.Parse(await output);
        return document.RootElement.Clone().Items("spec", "values");
    }
}
