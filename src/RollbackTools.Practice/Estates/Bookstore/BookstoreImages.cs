using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>The Bookstore Platform's services and their images. They read their configuration at start, and are as good as it is.</summary>
public static class BookstoreImages
{
    public const string Registry = "ghcr.io/bookstore-platform";

    /// <summary>What runs.</summary>
    public const string Current = "2026.4.1";

    /// <summary>A catalog that answers most requests with 500: a canary's analysis sees it.</summary>
    public const string Failing = "2026.5.0";

    /// <summary>A payments gateway that has lost a route: it answers 404, which no analysis of server errors sees.</summary>
    public const string Lost = "2026.5.1";

    public const string Catalog = "catalog";

    public const string Payments = "payments-gateway";

    public static IReadOnlyList<string> Services { get; } = [Catalog, "orders", "storefront", Payments];

    /// <summary>Those that Argo Rollouts deploys, as canaries.</summary>
    public static IReadOnlyList<string> Canaries { get; } = [Catalog, Payments];

    public static string ImageOf(string service) => $"{Registry}/{service}";

    public static void Push(ImageCatalogue images)
    {
        foreach (var service in Services)
            foreach (var tag in (string[])["2026.3.0", "2026.4.0", Current]) images.Push(ImageOf(service), tag, new ImageBehaviour.Configured("PAYMENTS_URL", "CHECKOUT"));
        images.Push(ImageOf(Catalog), Failing, new ImageBehaviour.ErrorRate(0.9));
        images.Push(ImageOf(Payments), Failing, new ImageBehaviour.ErrorRate(0.9, 404));
        images.Push(ImageOf(Payments), Lost, new ImageBehaviour.ErrorRate(0.9, 404));
    }
}
