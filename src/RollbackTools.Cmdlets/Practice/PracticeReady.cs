using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>
/// What a practice process announces. The contract of <c>serve --estate NAME --ready-file PATH [--parent-process PID]</c>:
/// <list type="bullet">
/// <item>Once everything answers, it writes this JSON to PATH, whole (a temporary file beside it, then renamed), for the user alone.</item>
/// <item>It ends when PATH is deleted, on SIGTERM, and when the parent process is gone; it removes PATH on its way out.</item>
/// <item>With a parent process it ignores SIGINT: a terminal's Ctrl+C goes to every process of the terminal, and is meant for the command.</item>
/// <item>If it cannot start it says why on standard error and exits with something other than 0.</item>
/// </list>
/// <c>{"name":"tomoda","kubeconfig":"/…","environmentFile":"/…","server":"https://127.0.0.1:…","services":{"api":"http://127.0.0.1:…"},
/// "processId":1,"startedAt":"…"}</c>, and where there is an Argo CD <c>"argoCd":"https://127.0.0.1:…","argoTokenFile":"/…",
/// "argoCaFile":"/…","repositories":{"team/repository":"http://127.0.0.1:…"}</c>; startedAt is the process's own start time.
/// </summary>
internal sealed record PracticeReady
{
    public string Name { get; init; } = "";

    public string Kubeconfig { get; init; } = "";

    public string EnvironmentFile { get; init; } = "";

    public string Server { get; init; } = "";

    // What an estate without Argo CD does not announce.
    public string? ArgoCd { get; init; }

    public string? ArgoTokenFile { get; init; }

    public string? ArgoCaFile { get; init; }

    public IReadOnlyDictionary<string, string>? Repositories { get; init; }

    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>();

    public int ProcessId { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while there is no such file, or it is not one of ours.</summary>
    public static PracticeReady? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PracticeJson.Default.PracticeReady) is { ProcessId: > 0 } ready ? ready : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public PracticeEstate ToEstate(string readyFile) => new()
    {
        Name = Name,
        Kubeconfig = Kubeconfig,
        EnvironmentFile = EnvironmentFile,
        Server = Server,
        ArgoCd = ArgoCd ?? "",
        ArgoTokenFile = ArgoTokenFile ?? "",
        ArgoCaFile = ArgoCaFile ?? "",
        Services = Table(Services),
        Repositories = Table(Repositories),
        ProcessId = ProcessId,
        StartedAt = StartedAt,
        ReadyFile = readyFile,
    };

    private static Hashtable Table(IReadOnlyDictionary<string, string>? pairs)
    {
        Hashtable table = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, url) in pairs ?? new Dictionary<string, string>()) table[name] = url;
        return table;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PracticeReady))]
internal sealed partial class PracticeJson : JsonSerializerContext;
