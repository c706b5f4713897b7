using System.Diagnostics;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>A whole practice cluster and the real kubectl, with a home of its own. One for all tests of a class; each takes a namespace.</summary>
public class KubectlCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string? kubectl = Find("kubectl");
    private string home = "";
    private int spaces;

    public PracticeCluster Cluster { get; private set; } = null!;

    protected virtual Estate Estate => new EmptyEstate();

    public async ValueTask InitializeAsync()
    {
        if (kubectl is null) return;
        home = Directory.CreateTempSubdirectory("kubectl-home-").FullName;
        Cluster = await PracticeCluster.StartAsync(
            new PracticeClusterOptions { Estate = Estate, Tempo = PracticeTempo.Drill, Traffic = false, Directory = home }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (kubectl is null) return;
        await Cluster.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    /// <summary>A fresh namespace to work in; skips the test when there is no kubectl.</summary>
    public async Task<KubectlSpace> SpaceAsync()
    {
        if (kubectl is null) Assert.Skip("kubectl is not on PATH");
        var ns = $"space-{Interlocked.Increment(ref spaces)}";
        KubectlSpace space = new(this, ns);
        await space.OkAsync("create", "namespace", ns);
        return space;
    }

    internal Process Start(string ns, IEnumerable<string> arguments, string? input)
    {
        ProcessStartInfo start = new(kubectl!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["KUBECONFIG"] = Cluster.Kubeconfig;
        start.Environment["HOME"] = home;
        start.ArgumentList.Add("--namespace");
        start.ArgumentList.Add(ns);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        return process;
    }

    internal async Task<KubectlResult> RunAsync(string ns, IReadOnlyList<string> arguments, string? input)
    {
        using var process = Start(ns, arguments, input);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end");
        }

        return new KubectlResult(process.ExitCode, await output, await error);
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(directory => new[] { Path.Combine(directory, name), Path.Combine(directory, name + ".exe") })
        .FirstOrDefault(File.Exists);
}

public sealed record KubectlResult(int Exit, string Output, string Error);

/// <summary>kubectl in one namespace.</summary>
public sealed class KubectlSpace(KubectlCluster cluster, string ns)
{
    public string Namespace => ns;

    public PracticeCluster Cluster => cluster.Cluster;

    /// <summary>Runs it and fails the test when it fails; returns what it printed.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var result = await cluster.RunAsync(ns, arguments, null);
        Assert.True(result.Exit == 0, $"kubectl {string.Join(' ', arguments)}\n{result.Output}\n{result.Error}");
        return result.Output;
    }

    /// <summary>Runs it and fails the test when it does not fail; returns what it said.</summary>
    public async Task<string> FailAsync(params string[] arguments)
    {
        var result = await cluster.RunAsync(ns, arguments, null);
        Assert.NotEqual(0, result.Exit);
        return result.Error;
    }

    public async Task<KubectlResult> PipeAsync(string input, params string[] arguments) => await cluster.RunAsync(ns, arguments, input);

    public async Task<string> ApplyAsync(string manifest, params string[] more)
    {
        var result = await PipeAsync(manifest, ["apply", "-f", "-", .. more]);
        Assert.True(result.Exit == 0, result.Error);
        return result.Output + result.Error;
    }

    /// <summary>Arguments by which kubectl forgets what it knows of the kinds there are; it believes that for hours otherwise.</summary>
    public string[] Afresh() => ["--cache-dir", Path.Combine(Path.GetDirectoryName(Cluster.Kubeconfig)!, Guid.NewGuid().ToString("N"))];

    public System.Diagnostics.Process Follow(params string[] arguments) => cluster.Start(ns, arguments, null);

    /// <summary>A Deployment that is healthy with any tag of <c>shop/api</c>, and others besides as asked.</summary>
    public static string Deployment(string image = "shop/api:1", int replicas = 2, string containers = "", string env = "") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, labels: { app: api } }
        spec:
          replicas: {{replicas}}
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec:
              containers:
              - { name: app, image: "{{image}}", ports: [{ containerPort: 8080 }], env: [{{env}}] }
              {{containers}}
        """;

    /// <summary>Applies it and waits until it is rolled out.</summary>
    public async Task DeployAsync(string image = "shop/api:1", int replicas = 2)
    {
        await ApplyAsync(Deployment(image, replicas));
        await OkAsync("rollout", "status", "deployment/api", "--timeout=60s");
    }

    /// <summary>Waits for the cluster to have it so, by the store, without polling kubectl.</summary>
    public Task UntilAsync(Func<bool> so) => Cluster.WaitUntilAsync(so, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public int Pods(string phase = "Running") => Cluster.Store.List(Resources.Pods, ns).Items
        .Count(pod => (string?)pod.Read["status"]?["phase"] == phase);
}
