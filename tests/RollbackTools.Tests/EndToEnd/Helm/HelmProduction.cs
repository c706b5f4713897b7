using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>A namespace with Helm releases, which somebody else's helm made and broke, and a prompt to roll them back at.</summary>
internal sealed class HelmProduction : IAsyncDisposable
{
    public static readonly HelmChart Zkprova = ZkprovaChart.Of("0.14.0", "1.9.0");

    private HelmProduction(Production production, HelmOptions options)
    {
        Production = production;
        Helm = PracticeHelm.Open(production.Kubeconfig, production.Namespace, options);
    }

    public Production Production { get; }

    public PracticeHelm Helm { get; }

    public string Namespace => Production.Namespace;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<HelmProduction> OpenAsync(SharedCluster shared, HelmOptions? options = null) => new(await shared.OpenAsync(), options ?? new HelmOptions());

    /// <summary>zkprova at a good tag for two days, and since a moment ago at another.</summary>
    public static async Task<HelmProduction> ShippedAsync(SharedCluster shared, string bad = "two-errors", HelmOptions? options = null, string good = "one")
    {
        var production = await OpenAsync(shared, options);
        await production.Helm.InstallAsync("zkprova", Zkprova, Values(good), Stop, production.Helm.Options with { NoHooks = true });
        if (good == "one")
        {
            await production.WellAsync();
            await production.LongAgoAsync("zkprova", 1);
        }

        await production.Helm.UpgradeAsync("zkprova", Zkprova, Values(bad), Stop, production.Helm.Options with { NoHooks = true });
        if (bad.EndsWith("errors", StringComparison.Ordinal)) await production.WellAsync();
        return production;
    }

    public static JsonObject Values(string tag, string logLevel = "info") => new() { ["image"] = new JsonObject { ["tag"] = tag }, ["logLevel"] = logLevel };

    /// <summary>Until all of zkprova is rolled out.</summary>
    public async Task WellAsync()
    {
        foreach (var name in (string[])["zkprova-zkprova-backend", "zkprova-zkprova-frontend"]) await Production.CompleteAsync(name);
    }

    /// <summary>Until objects of a kind can be made. Its definition goes when the namespace does.</summary>
    public Task EstablishedAsync(string definition)
    {
        Production.DeleteAtTheEnd(Resources.CustomResourceDefinitions, definition);
        return Production.UntilAsync(() => Find(Resources.CustomResourceDefinitions, definition)?["status"]?["conditions"]?.AsArray()
            .Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True") == true);
    }

    /// <summary>Ends a Job well, whatever its pods do.</summary>
    public void Complete(string job) => Production.Rewrite(job, body =>
    {
        if (body["status"]?["conditions"]?.AsArray().Any(condition => (string?)condition!["type"] == "Complete") == true) return;
        var now = ObjectStore.Timestamp(DateTimeOffset.UtcNow);
        body["status"] = new JsonObject
        {
            ["startTime"] = body["status"]?["startTime"]?.DeepClone() ?? now,
            ["completionTime"] = now,
            ["succeeded"] = 1,
            ["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "SuccessCriteriaMet", ["status"] = "True", ["reason"] = "ByHand", ["lastTransitionTime"] = now },
                new JsonObject { ["type"] = "Complete", ["status"] = "True", ["reason"] = "ByHand", ["lastTransitionTime"] = now }),
        };
    }, Resources.Jobs);

    /// <summary>As if that revision had been deployed two days ago.</summary>
    public async Task LongAgoAsync(string release, int revision)
    {
        foreach (var app in (string[])["zkprova-backend", "zkprova-frontend"]) Production.Age(app, TimeSpan.FromDays(2));
        await Helm.History.ChangeAsync(release, revision, record => record["info"]!["last_deployed"] = DateTimeOffset.UtcNow.AddDays(-2).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture), Stop);
    }

    public JsonObject? Find(ResourceType type, string name) => Production.Find(name, type);

    public string? Image(string name = "zkprova-zkprova-backend") => (string?)Find(Resources.Deployments, name)?["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    public Task<JsonObject> RecordAsync(int revision, string release = "zkprova") => Helm.History.ReadAsync(release, revision, Stop);

    public async Task<string> StatusesAsync(string release = "zkprova") =>
        string.Join(' ', (await Helm.History.ListAsync(release, Stop)).Select(one => $"{one.Revision}:{one.Status}"));

    /// <summary>Types a line that is to end one release well.</summary>
    public Task<RollbackResult> RollBackAsync(string line = "Invoke-HelmRollback zkprova") => Production.RollBackAsync(line);

    /// <summary>Types a line that is to fail for one release, with its error.</summary>
    public async Task<RollbackResult> FailAsync(string line = "Invoke-HelmRollback zkprova")
    {
        var output = await Production.RunAsync(line);
        Assert.Null(output.Failure?.Message);
        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal(RollbackOutcome.Failed, result.Outcome);
        Assert.Single(output.Errors, error => error.ErrorId == result.ErrorId);
        return result;
    }

    public void Drift(ResourceType type, string name, Action<JsonObject> change) => Production.Change(name, change, type);

    public async ValueTask DisposeAsync()
    {
        Helm.Dispose();
        await Production.DisposeAsync();
    }
}
