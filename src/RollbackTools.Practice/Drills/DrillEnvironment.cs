using System.Text;

namespace RollbackTools.Practice.Drills;

/// <summary>The rollback.yaml of an estate, so that lines are as short as they are at 03:00.</summary>
internal static class DrillEnvironment
{
    /// <summary>Production, reached over the cluster alone.</summary>
    public const string Name = "prod";

    /// <summary>The same over Argo CD's API server, which wants a token.</summary>
    private const string OverApi = "prod-api";

    public static string Text(DrillEstate estate)
    {
        StringBuilder text = new("environments:\n");
        Append(text, estate, Name, overApi: false);
        if (estate.GitOps is not null) Append(text, estate, OverApi, overApi: true);
        foreach (var ns in estate.OtherEnvironments) text.Append($"  {ns}:\n    kubeconfig: {Quoted(estate.Kubeconfig)}\n    namespace: {ns}\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, DrillEstate estate, string name, bool overApi)
    {
        text.Append($"  {name}:\n    kubeconfig: {Quoted(estate.Kubeconfig)}\n    namespace: {estate.Namespace}\n");
        if (estate.GitOps is { } ops)
        {
            text.Append($"    argocd:\n      application: {ops.Application}\n      namespace: {ops.Namespace}\n");
            if (overApi) text.Append($"      server: {Quoted(ops.Server.GetLeftPart(UriPartial.Authority))}\n      caFile: {Quoted(ops.CaFile)}\n");
            text.Append($"    git:\n      repository: {Quoted(ops.Repository.AbsoluteUri)}\n      branch: main\n      overlay: {ops.Overlay}\n");
        }

        if (estate.Services.Count == 0) return;
        text.Append("    health:\n      endpoints:\n");
        foreach (var (service, url) in estate.Services.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            text.Append($"        - url: {Quoted(new Uri(url, "/health").ToString())}\n          workloads: [{service}]\n");
            if (estate.Health.Count > 0) text.Append("          json:\n");
            foreach (var (field, value) in estate.Health) text.Append($"            {field}: {Quoted(value)}\n");
        }
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
