namespace RollbackTools.Practice.Drills.Bookstore;

/// <summary>What the bookstore's drills look at.</summary>
internal static class BookstoreWorkloads
{
    public const string Catalog = "rollout/catalog";
    public const string Payments = "rollout/payments-gateway";
    public const string Selector = "app in (catalog, orders, storefront, payments-gateway)";
    public const string Canaries = "app in (catalog, payments-gateway)";
}
