using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>Something tomoda's developers are about to ship, and what it does to production.</summary>
/// <param name="Title">The commit's subject.</param>
/// <param name="File">The file it goes into.</param>
/// <param name="Function">The function it adds: an image built from a file that has it behaves so.</param>
/// <param name="Image">The image that is built from the file.</param>
/// <param name="Behaviour">How pods of that image behave.</param>
/// <param name="Does">The same in words.</param>
public sealed record TomodaFeature(string Title, string File, string Function, string Image, ImageBehaviour Behaviour, string Does)
{
    public static TomodaFeature Refunds { get; } = new(
        "Refunds", TomodaCode.Handlers, "refund", TomodaImages.Backend, new ImageBehaviour.ErrorRate(0.5), "is ready, and answers half of all requests with 500");

    public static TomodaFeature Exports { get; } = new(
        "Export orders", TomodaCode.Handlers, "exportOrders", TomodaImages.Backend, new ImageBehaviour.MemoryLeak(), "runs well, then out of memory");

    public static TomodaFeature Webhooks { get; } = new(
        "Webhooks", TomodaCode.Handlers, "webhook", TomodaImages.Backend, new ImageBehaviour.CrashLoop(), "panics at start, again and again");

    public static TomodaFeature Discounts { get; } = new(
        "Discounts", "api/handlers.go", "discount", TomodaImages.Api, new ImageBehaviour.ErrorRate(0.5), "the API answers half of all requests with 500");

    public static IReadOnlyList<TomodaFeature> All { get; } = [Refunds, Exports, Webhooks, Discounts];
}
