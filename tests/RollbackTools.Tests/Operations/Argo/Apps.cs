using System.Text.Json;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Argo;

/// <summary>Applications out of JSON.</summary>
internal static class Apps
{
    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();

    public static ArgoApplication Of(string spec = "{}", string status = "{}", string metadata = "", string more = "") => new(new CustomResource(Json($$"""
        {"apiVersion":"argoproj.io/v1alpha1","kind":"Application",
         "metadata":{"name":"shop","namespace":"argocd","uid":"u1","resourceVersion":"7"{{metadata}}},
         "spec":{{spec}},"status":{{status}}{{more}}}
        """)));

    /// <summary>An application whose history holds these commits, oldest first, each deployed so many hours before <paramref name="now"/>.</summary>
    public static ArgoApplication WithHistory(DateTimeOffset now, string health, string annotations, params (string Revision, double HoursAgo)[] deployed)
    {
        var entries = deployed.Select((entry, id) => $$"""
            {"id":{{id}},"revision":"{{entry.Revision}}","source":{"repoURL":"r","path":"p"},
             "deployStartedAt":"{{now.AddHours(-entry.HoursAgo):yyyy-MM-ddTHH:mm:ssZ}}","deployedAt":"{{now.AddHours(-entry.HoursAgo):yyyy-MM-ddTHH:mm:ssZ}}"}
            """);
        return Of("""{"source":{"repoURL":"r","path":"p"}}""",
            $$"""{"history":[{{string.Join(',', entries)}}],"health":{"status":"{{health}}"} }""", $$""","annotations":{ {{annotations}} }""");
    }
}
