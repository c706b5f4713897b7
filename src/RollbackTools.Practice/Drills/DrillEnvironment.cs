using System.Text;

namespace RollbackTools.Practice.Drills;

/// <summary>The rollback.yaml of a drill, so that its lines are as short as they are at 03:00.</summary>
internal static class DrillEnvironment
{
    public const string Name = "prod";

    public static void Write(string path, DrillEstate estate)
    {
        StringBuilder text = new($"environments:\n  {Name}:\n    kubeconfig: {Quoted(estate.Kubeconfig)}\n    namespace: {estate.Namespace}\n");
        if (estate.Services.Count > 0) text.Append("    health:\n      endpoints:\n");
        foreach (var (name, url) in estate.Services.OrderBy(service => service.Key, StringComparer.Ordinal))
            text.Append($"        - url: {Quoted(new Uri(url, "/health").ToString())}\n          workloads: [{name}]\n");
        File.WriteAllText(path, text.ToString());
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
