using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Benchmarks;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Benchmarks;

/// <summary>
/// A practice cluster in a process of its own, where pods need no time to start: what remains is the tool's, the wire's and the
/// controllers' time, the same for everybody.
/// </summary>
internal sealed class FleetServer : IAsyncDisposable
{
    public const string Namespace = "fleet";
    public const string Bad = "registry.example/app:crash";

    private readonly Process process;
    private readonly HttpClient http;

    private FleetServer(Process process, string kubeconfig, HttpClient http) => (this.process, Kubeconfig, this.http) = (process, kubeconfig, http);

    public string Kubeconfig { get; }

    public static PracticeClusterOptions Options(int deployments, int podsEach) => new()
    {
        Estate = new FleetEstate(deployments, podsEach),
        Tempo = PracticeTempo.Instant,
        Traffic = false,
    };

    public static async Task<int> ServeAsync(int deployments, int podsEach)
    {
        await using var cluster = await PracticeCluster.StartAsync(Options(deployments, podsEach), CancellationToken.None);
        Console.WriteLine(new JsonObject
        {
            ["kubeconfig"] = cluster.Kubeconfig,
            ["url"] = cluster.Url.ToString(),
            ["token"] = cluster.Server.Tokens.Admin.Token,
        }.ToJsonString());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public static async Task<FleetServer> StartAsync(int deployments, int podsEach)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(FleetServer).Assembly.Location);
        foreach (var argument in (string[])["server", $"{deployments}", $"{podsEach}"]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start."))!;
        // Only this benchmark's own bookkeeping goes this way; what is measured verifies the certificate.
        HttpClient http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = new Uri((string)ready["url"]!),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)ready["token"]!);
        return new FleetServer(process, (string)ready["kubeconfig"]!, http);
    }

    /// <summary>Ships the bad image to the first so many deployments and waits until each is seen failing.</summary>
    public async Task BreakAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using StringContent body = new($"{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"app\",\"image\":\"{Bad}\"}}]}}}}}}}}", Encoding.UTF8);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/strategic-merge-patch+json");
            using var answer = await http.PatchAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments/{FleetEstate.DeploymentName(i)}", body);
            answer.EnsureSuccessStatusCode();
        }

        await UntilAsync(count, status => (int?)status["unavailableReplicas"] > 0);
    }

    /// <summary>Waits until the first so many deployments are whole again.</summary>
    public Task HealedAsync(int count) => UntilAsync(count, status => (int?)status["unavailableReplicas"] is null or 0);

    /// <summary>Creates any object.</summary>
    public async Task CreateAsync(string collection, JsonObject item)
    {
        using StringContent body = new(item.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(collection, body);
        answer.EnsureSuccessStatusCode();
    }

    public Task ResetRequestsAsync() => http.DeleteAsync("/practice/requests");

    public async Task<IReadOnlyDictionary<string, int>> RequestsAsync() =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(await http.GetStringAsync("/practice/requests"))!;

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }

    private async Task UntilAsync(int count, Func<JsonNode, bool> so)
    {
        var names = Enumerable.Range(0, count).Select(FleetEstate.DeploymentName).ToHashSet();
        while (true)
        {
            var list = JsonNode.Parse(await http.GetStringAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments"))!;
            var states = list["items"]!.AsArray().Where(item => names.Contains((string)item!["metadata"]!["name"]!));
            if (states.All(item => (long?)item!["status"]!["observedGeneration"] == (long?)item["metadata"]!["generation"] && so(item["status"]!))) return;
            await Task.Delay(20);
        }
    }
}
