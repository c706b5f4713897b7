using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>The Bookstore Platform's services and their images.</summary>
public static class BookstoreImages
{
    public const string Registry = "ghcr.io/bookstore-platform";

    /// <summary>What runs: the trouble in this estate comes from configuration, not from images.</summary>
    public const string Current = "2026.4.1";

    public static IReadOnlyList<string> Services { get; } = ["catalog", "orders", "storefront", "payments-gateway"];

    public static string ImageOf(string service) => $"{Registry}/{service}";

    public static void Push(ImageCatalogue images)
    {
        foreach (var service in Services)
            foreach (var tag in (string[])["2026.3.0", "2026.4.0", Current]) images.Push(ImageOf(service), tag, new ImageBehaviour.Configured("PAYMENTS_URL", "CHECKOUT"));
    }
}
