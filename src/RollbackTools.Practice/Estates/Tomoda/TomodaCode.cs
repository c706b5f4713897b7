using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// tomoda's application repository, whose tags Cloud Build turns into images: features on branches, a release per tag, a release that
/// went wrong and was reverted.
/// </summary>
public static class TomodaCode
{
    public const string Name = "tomoda/tomoda";

    internal const string Handlers = "backend/handlers.go";
    internal const string Tenants = "tenantOf";
    internal const string TenantsMigration = "migrations/0042_tenants.up.sql";

    private static readonly GitAuthor Aiko = new("Aiko Sato", "aiko@tomoda.life");
    private static readonly GitAuthor Lars = new("Lars Holm", "lars@tomoda.life");

    /// <summary>The history, ending four days before <paramref name="now"/>.</summary>
    public static RepositorySeed Seed(DateTimeOffset now)
    {
        RepositorySeed seed = new();
        var start = now - TimeSpan.FromDays(21);
        Tagged(seed, "v2.11.0", seed.Commit(Draft(Aiko, start.AddHours(-3), "Release v2.11.0",
            ("cloudbuild.yaml", "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -t, $_REGISTRY/backend:$TAG_NAME, backend]\n"),
            (Handlers, Source("listOrders")), ("migrations/0041_orders.up.sql", "CREATE TABLE orders (id bigserial PRIMARY KEY);\n"))));

        seed.Branch("saved-searches", seed.Tip());
        seed.Commit(Draft(Lars, start.AddDays(3), "Saved searches", ("backend/searches.go", Source("saveSearch"))), "saved-searches");
        seed.Commit(Draft(Aiko, start.AddDays(4), "Log the request id", ("backend/log.go", Source("requestId"))));
        Tagged(seed, "v2.12.0", seed.Merge(
            "saved-searches", Aiko, start.AddDays(5).AddHours(-3), "Merge pull request #212 from tomoda/saved-searches\n\nSaved searches\n"));
        Tagged(seed, "v2.12.1", seed.Commit(Draft(
            Lars, start.AddDays(9).AddHours(-3), "Fix pagination of saved searches", ("backend/searches.go", Source("saveSearch", "page")))));

        // The handler went out before the column it reads.
        var tenants = seed.Commit(Draft(Lars, start.AddDays(12).AddHours(-3), "Tenants: read tenant_id", (Handlers, Source("listOrders", Tenants))));
        Tagged(seed, "v2.13.0", tenants);
        seed.Revert(tenants, Aiko, start.AddDays(12).AddHours(1), "It reads tenant_id, which no migration has added.");
        Tagged(seed, "v2.13.1", seed.Commit(Draft(Lars, start.AddDays(15).AddHours(-3), "Tenants, with their migration",
            (Handlers, Source("listOrders", Tenants)), (TenantsMigration, "ALTER TABLE orders ADD COLUMN tenant_id bigint;\n"),
            ("migrations/0042_tenants.down.sql", "ALTER TABLE orders DROP COLUMN tenant_id;\n"))));
        Tagged(seed, TomodaImages.Current, seed.Commit(Draft(
            Aiko, start.AddDays(17).AddHours(-3), "Invoices", ("backend/invoices.go", Source("makeInvoice")))));
        return seed;
    }

    /// <summary>
    /// Commits a feature that breaks, tags it and pushes both; <see cref="CloudBuild"/> does the rest. Returns the commit; throws
    /// <see cref="GitException"/> when the push is refused.
    /// </summary>
    public static async Task<string> ShipAsync(
        GitClone code, string tag, DateTimeOffset now, CancellationToken cancellation, TomodaFeature? feature = null)
    {
        feature ??= TomodaFeature.Refunds;
        await code.FetchAsync("main", cancellation);
        var file = await code.ReadAsync("main", feature.File, cancellation) ?? Source();
        return await code.PushAsync("main", Draft(Lars, now, feature.Title, (feature.File, file + Function(feature.Function))), cancellation, tag);
    }

    private static void Tagged(RepositorySeed seed, string tag, SeedCommit commit) => seed.Tag(tag, commit, $"Release {tag}\n");

    private static CommitDraft Draft(GitAuthor author, DateTimeOffset at, string message, params (string Path, string Content)[] files) =>
        new(author, at, message + "\n", [.. files.Select(file => new FileChange(file.Path, file.Content))]);

    private static string Source(params string[] functions) =>
        "package backend\n" + string.Concat(functions.Select(Function));

    private static string Function(string name) => $"\nfunc {name}() error {{\n\treturn nil\n}}\n";
}
