using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;

namespace RollbackTools.Practice.Cli;

/// <summary>
/// Tells whoever started this process where everything is. The contract is Start-RollbackPractice's: written whole, readable by
/// its owner only, and the process ends when it is deleted.
/// </summary>
internal sealed class ReadyFile : IDisposable
{
    private readonly string path;

    private ReadyFile(string path) => this.path = path;

    public static ReadyFile Write(string path, PracticeCluster cluster, Termination termination)
    {
        path = Path.GetFullPath(path);
        var estate = EstateCatalogue.Describe(cluster);
        using var self = Process.GetCurrentProcess();
        JsonObject content = new()
        {
            ["name"] = estate.Name,
            ["kubeconfig"] = estate.Kubeconfig,
            ["environmentFile"] = estate.EnvironmentFile,
            ["server"] = cluster.Url.GetLeftPart(UriPartial.Authority),
            ["services"] = new JsonObject(estate.Services.Select(service =>
                KeyValuePair.Create(service.Key, (JsonNode?)service.Value.ToString().TrimEnd('/')))),
            ["processId"] = Environment.ProcessId,
            ["startedAt"] = new DateTimeOffset(self.StartTime).ToString("O"),
        };
        if (estate.GitOps is { } ops)
        {
            content["argoCd"] = ops.Server.GetLeftPart(UriPartial.Authority);
            content["argoTokenFile"] = ops.TokenFile;
            content["argoCaFile"] = ops.CaFile;
            content["repositories"] = new JsonObject(ops.Repositories.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.AbsoluteUri)));
        }

        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        PrivateFile.Write(unfinished, content.ToJsonString());
        File.Move(unfinished, path, overwrite: true);
        termination.WhenDeleted(path);
        return new ReadyFile(path);
    }

    public void Dispose() => File.Delete(path);
}
