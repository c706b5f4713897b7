using System.Globalization;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Kubernetes.Api.Discovery;

/// <summary>Which version of a group is preferred: released ones before beta before alpha, and the newer before the older.</summary>
internal static partial class ApiPriority
{
    public static (int Stage, int Major, int Minor) Of(string version)
    {
        var match = Version().Match(version);
        if (!match.Success) return (-1, 0, 0);
        var stage = match.Groups["stage"].Value switch { "" => 2, "beta" => 1, _ => 0 };
        return (stage, Number("major"), Number("minor"));

        int Number(string group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    [GeneratedRegex("^v(?<major>[0-9]+)((?<stage>alpha|beta)(?<minor>[0-9]+))?$")]
    private static partial Regex Version();
}
