using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.ArgoCd.Server;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.ArgoCd.Server;

/// <summary>A whole practice cluster with Argo CD, and clients of its API. One for all tests of a class; each takes an application.</summary>
public sealed class ArgoSession : IAsyncLifetime
{
    private readonly ArgoEstate estate = new();
    private int applications;

    public PracticeCluster Cluster { get; private set; } = null!;

    public GitOpsPlatform Argo => Cluster.AddOn<GitOpsPlatform>();

    public ArgoAccounts Accounts => Argo.Server.Accounts;

    internal FakeRepository Git => estate.Git;

    public async ValueTask InitializeAsync() => Cluster = await PracticeCluster.StartAsync(
        new PracticeClusterOptions { Estate = estate, Tempo = PracticeTempo.Drill with { Scale = 1 }, Traffic = false }, CancellationToken.None);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>A new application with its own path, deployed once with <c>shop/api:1</c> when <paramref name="deployed"/>.</summary>
    public async Task<ArgoApp> ApplicationAsync(string policy = "{}", bool deployed = true, string more = "")
    {
        ArgoApp app = new(this, $"app-{Interlocked.Increment(ref applications)}");
        app.Commit("shop/api:1");
        Cluster.Operator.Apply(ArgoPractice.Application(app.Name, app.Name, policy, more));
        await app.UntilAsync(json => json["status"]?["reconciledAt"] is not null);
        if (!deployed) return app;
        await app.PostAsync("sync", "{}");
        await app.UntilAsync(json => (string?)json["status"]?["operationState"]?["phase"] == "Succeeded" && (string?)json["status"]?["health"]?["status"] == "Healthy");
        return app;
    }

    public HttpClient Client(string? token)
    {
        var authority = X509Certificate2.CreateFromPem(Argo.Server.CaPem);
        SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            return chain.Build(new X509Certificate2(presented!));
        };
        HttpClient client = new(handler) { BaseAddress = Argo.Server.Url, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<ArgoReply> SendAsync(
        HttpMethod method, string path, string? body = null, string contentType = "application/json", string? token = "admin")
    {
        using var client = Client(token == "admin" ? Accounts.Admin.Token : token);
        using HttpRequestMessage request = new(method, path);
        if (method != HttpMethod.Get)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? ""));
            if (contentType.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new ArgoReply(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

public sealed record ArgoReply(HttpStatusCode Code, string Text)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>The HTTP status, gRPC's code and the message, which must be there twice.</summary>
    public (int Http, int Grpc, string Message) Refusal
    {
        get
        {
            Assert.Equal((string?)Json["error"], (string?)Json["message"]);
            return ((int)Code, (int)Json["code"]!, (string)Json["message"]!);
        }
    }
}

/// <summary>One application, by name, as its API and the store show it.</summary>
public sealed class ArgoApp(ArgoSession session, string name)
{
    public string Name => name;

    public JsonObject Json => session.Cluster.Store.Find(ArgoResources.Applications, "argocd", name)!.Read;

    public string Path => $"/api/v1/applications/{name}";

    /// <summary>Commits a Deployment named after the application.</summary>
    public string Commit(string image, string more = "") =>
        session.Git.Commit(name, ArgoPractice.Deployment(image, more).Replace("name: api", $"name: {name}").Replace("app: api", $"app: {name}"));

    public Task<ArgoReply> GetAsync(string rest = "", string? token = "admin") => session.SendAsync(HttpMethod.Get, Path + rest, token: token);

    public Task<ArgoReply> PostAsync(string verb, string body, string? token = "admin") =>
        session.SendAsync(HttpMethod.Post, $"{Path}/{verb}", body, token: token);

    public Task<ArgoReply> PatchAsync(string patch, string? type, string? token = "admin") => session.SendAsync(HttpMethod.Patch, Path,
        new JsonObject { ["name"] = name, ["patch"] = patch, ["patchType"] = type }.ToJsonString(), token: token);

    public void Change(Action<JsonObject> change) => session.Cluster.Store.Update(ArgoResources.Applications, "argocd", name, body =>
    {
        change(body);
        return true;
    });

    public Task UntilAsync(Func<JsonObject, bool> so) => session.Cluster.WaitUntilAsync(
        () => session.Cluster.Store.Find(ArgoResources.Applications, "argocd", name) is { } found && so(found.Read),
        TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public string? Image => (string?)session.Cluster.Store.Find(RollbackTools.Practice.Kubernetes.Schema.Resources.Deployments, "prod", name)
        ?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];
}
