using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Estates.Gospelib;

/// <summary>
/// gospelib's repository: <c>infra/k8s/base</c> and the production overlay, in which one commit per release pins all seven services
/// together. Releases are tagged <c>release/v…</c>; v1.8.0 was reverted within the hour.
/// </summary>
public static class GospelibRepository
{
    public const string Name = "gospelib/gospelib";
    public const string Path = "infra/k8s/overlays/production";
    public const string Namespace = "gospelib-production";

    private const string Overlay = Path + "/kustomization.yaml";

    private static readonly GitAuthor Ruth = new("Ruth Adeyemi", "ruth@gospelib.com");
    private static readonly GitAuthor Samuel = new("Samuel Brandt", "samuel@gospelib.com");
    private static readonly GitAuthor Pipeline = new("gospelib-release", "release@gospelib.com");

    /// <summary>The history, ending six days before <paramref name="now"/>.</summary>
    public static RepositorySeed Seed(DateTimeOffset now)
    {
        RepositorySeed seed = new();
        var start = now - TimeSpan.FromDays(21);
        var releases = GospelibImages.Releases;
        var first = seed.Commit(new CommitDraft(Ruth, start, "infra: kubernetes base and production overlay\n", [.. Files(releases[0].Tag)]));
        seed.Tag($"release/{releases[0].Release}", first, $"Release {releases[0].Release}\n");
        seed.Branch("reader-cache", first);
        seed.Commit(new CommitDraft(Samuel, start.AddDays(2), "reader: cache passages\n",
            [new FileChange("services/reader/cache.go", "package reader\n\nconst cacheSize = 4096\n")]), "reader-cache");

        Pin(seed, releases[1], start.AddDays(4));
        seed.Merge("reader-cache", Ruth, start.AddDays(6), "Merge pull request #88 from gospelib/reader-cache\n\nreader: cache passages\n");
        var bad = Pin(seed, releases[2], start.AddDays(10));
        seed.Revert(bad, Ruth, start.AddDays(10).AddMinutes(35), "auth never becomes ready with it.");
        Pin(seed, releases[3], start.AddDays(15));
        return seed;
    }

    /// <summary>
    /// Ships a release as the pipeline does: one commit that pins every service, tagged and pushed. Returns the commit; throws
    /// <see cref="GitException"/> when the push is refused.
    /// </summary>
    public static Task<string> ShipAsync(GitClone repository, (string Release, string Tag) release, DateTimeOffset now, CancellationToken cancellation) =>
        Release.PushAsync(
            repository, Overlay, file => Pinned(file, release.Tag), Pipeline, now, Message(release), cancellation, $"release/{release.Release}");

    private static SeedCommit Pin(RepositorySeed seed, (string Release, string Tag) release, DateTimeOffset at)
    {
        var file = Pinned(seed.Tip().Files[Overlay], release.Tag);
        var commit = seed.Commit(new CommitDraft(Pipeline, at, Message(release), [new FileChange(Overlay, file)]));
        seed.Tag($"release/{release.Release}", commit, $"Release {release.Release}\n");
        return commit;
    }

    private static string Pinned(string file, string tag) =>
        Release.SetTags(file, GospelibImages.Services.Select(service => (service, GospelibImages.ImageOf(service), tag)));

    private static string Message((string Release, string Tag) release) =>
        $"release {release.Release}\n\nPins all services to {release.Tag}.\n";

    private static IEnumerable<FileChange> Files(string tag)
    {
        foreach (var service in GospelibImages.Services) yield return new FileChange($"infra/k8s/base/{service}.yaml", Workload(service));
        yield return new FileChange("infra/k8s/base/kustomization.yaml",
            "resources:\n" + string.Concat(GospelibImages.Services.Select(service => $"  - {service}.yaml\n")));
        yield return new FileChange("services/reader/reader.go", "package reader\n");
        yield return new FileChange(Overlay,
            $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {Namespace}\nresources:\n  - ../../base\n" +
            "labels:\n  - pairs:\n      environment: production\n" +
            "replicas:\n  - name: gospelib-gateway\n    count: 3\n  - name: gospelib-reader\n    count: 3\nimages:\n" +
            string.Concat(GospelibImages.Services.Select(service =>
                $"  - name: {service}\n    newName: {GospelibImages.ImageOf(service)}\n    newTag: {tag}\n")));
    }

    private static string Workload(string service) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{service}}
          labels: { app: {{service}} }
        spec:
          replicas: 2
          selector:
            matchLabels: { app: {{service}} }
          template:
            metadata:
              labels: { app: {{service}} }
            spec:
              containers:
                - name: {{service["gospelib-".Length..]}}
                  image: {{service}}
                  ports: [{ name: http, containerPort: 8080 }]
                  readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 5 }
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{service}}
          labels: { app: {{service}} }
        spec:
          selector: { app: {{service}} }
          ports: [{ name: http, port: 80, targetPort: http }]

        """;
}
