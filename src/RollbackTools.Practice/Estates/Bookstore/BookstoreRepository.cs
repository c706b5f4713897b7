using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>
/// The Bookstore Platform's configuration repository. The overlay generates one ConfigMap, whose name changes with its content, and
/// keeps another plain one, which running pods do not notice; a change of either is a commit.
/// </summary>
public static class BookstoreRepository
{
    public const string Name = "bookstore/platform";
    public const string Path = "apps/bookstore/overlays/production";
    public const string Namespace = "bookstore";

    /// <summary>The directory of the parent: the Applications themselves.</summary>
    public const string Applications = "argocd/applications";

    /// <summary>The Application that deploys the overlay.</summary>
    public const string Child = "bookstore-production";

    private const string Base = "apps/bookstore/base";
    private const string Settings = Path + "/settings.env";
    private const string Flags = Path + "/flags.yaml";
    private const string Overlay = Path + "/kustomization.yaml";

    private static readonly GitAuthor Priya = new("Priya Raman", "priya@bookstore.example");
    private static readonly GitAuthor Tomas = new("Tomás Rivera", "tomas@bookstore.example");

    /// <summary>The history, ending two days before <paramref name="now"/>.</summary>
    /// <param name="url">The repository's own address, which the child's manifest names.</param>
    public static RepositorySeed Seed(DateTimeOffset now, string url = "https://git.bookstore.example/bookstore/platform.git")
    {
        RepositorySeed seed = new();
        var start = now - TimeSpan.FromDays(21);
        var first = seed.Commit(Draft(Priya, start, "bookstore: base and production overlay", [.. Files(), ($"{Applications}/{Child}.yaml", Application(url))]));
        seed.Branch("two-pools", first);
        seed.Commit(Draft(Tomas, start.AddDays(2), "catalog: a larger pool", [(Settings, SettingsFile(pool: 40))]), "two-pools");
        seed.Commit(Draft(Priya, start.AddDays(3), "storefront: show ratings", [(Flags, FlagsFile(ratings: true))]));
        seed.Merge("two-pools", Priya, start.AddDays(4), "Merge pull request #17 from bookstore/two-pools\n\ncatalog: a larger pool\n");
        seed.Commit(Draft(Tomas, start.AddDays(9), "bookstore 2026.4.0", [(Overlay, Kustomization("2026.4.0"))]));

        var bad = seed.Commit(Draft(Tomas, start.AddDays(12), "orders: shorter timeouts", [(Settings, SettingsFile(pool: 40, timeout: 50))]));
        seed.Revert(bad, Priya, start.AddDays(12).AddMinutes(22), "Payments take longer than 50 ms.");
        seed.Commit(Draft(Tomas, start.AddDays(19), $"bookstore {BookstoreImages.Current}", [(Overlay, Kustomization(BookstoreImages.Current))]));
        return seed;
    }

    /// <summary>
    /// Commits a configuration that breaks, in both ConfigMaps, and pushes it: the payments' address is misspelt and checkout is off.
    /// Returns the commit; throws <see cref="GitException"/> when the push is refused.
    /// </summary>
    public static async Task<string> ShipBadConfigurationAsync(GitClone repository, DateTimeOffset now, CancellationToken cancellation)
    {
        await repository.FetchAsync("main", cancellation);
        return await repository.PushAsync("main", Draft(Tomas, now, "checkout: move to the new payments address",
            [(Settings, SettingsFile(pool: 40, payments: "http://payments-gatway")), (Flags, FlagsFile(ratings: true, checkout: false))]), cancellation);
    }

    /// <summary>
    /// Commits new tags of some services and pushes them. Returns the commit; throws <see cref="GitException"/> when the push is refused.
    /// </summary>
    public static Task<string> ShipAsync(
        GitClone repository, string message, string tag, DateTimeOffset now, CancellationToken cancellation, params string[] services) =>
        Release.PushAsync(repository, Overlay, file => Release.SetTags(file, services.Select(service =>
            (BookstoreImages.ImageOf(service), BookstoreImages.ImageOf(service), tag))), Tomas, now, message + "\n", cancellation);

    private static CommitDraft Draft(GitAuthor author, DateTimeOffset at, string message, IReadOnlyList<(string Path, string Content)> files) =>
        new(author, at, message + "\n", [.. files.Select(file => new FileChange(file.Path, file.Content))]);

    private static IEnumerable<(string Path, string Content)> Files()
    {
        foreach (var (name, content) in BookstoreManifests.Base()) yield return ($"{Base}/{name}", content);
        yield return (Settings, SettingsFile(pool: 20));
        yield return (Flags, FlagsFile(ratings: false));
        yield return (Overlay, Kustomization("2026.3.0"));
    }

    private static string Application(string url) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          name: {{Child}}
          namespace: argocd
        spec:
          project: bookstore
          source: { repoURL: "{{url}}", path: {{Path}}, targetRevision: main }
          destination: { server: https://kubernetes.default.svc, namespace: {{Namespace}} }
          syncPolicy:
            automated: { prune: true, selfHeal: true }

        """;

    private static string SettingsFile(int pool, int timeout = 2000, string payments = "http://payments-gateway") =>
        $"# What every service reads at start.\nDATABASE_POOL={pool}\nREQUEST_TIMEOUT_MS={timeout}\nPAYMENTS_URL={payments}\nLOG_FORMAT=json\n";

    private static string FlagsFile(bool ratings, bool checkout = true) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bookstore-flags\ndata:\n  checkout: \"{Word(checkout)}\"\n  ratings: \"{Word(ratings)}\"\n";

    private static string Word(bool on) => on ? "true" : "false";

    private static string Kustomization(string tag) =>
        $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {Namespace}\nresources:\n  - ../../base\n  - flags.yaml\n" +
        "configMapGenerator:\n  - name: bookstore-settings\n    envs:\n      - settings.env\nimages:\n" +
        string.Concat(BookstoreImages.Services.Select(service => $"  - name: {BookstoreImages.ImageOf(service)}\n    newTag: {tag}\n"));
}
