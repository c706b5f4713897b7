using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>Something tomoda's developers are about to ship, and what it does to production.</summary>
/// <param name="Title">The commit's subject.</param>
/// <param name="File">The file it goes into.</param>
/// <param name="Function">The function it adds: an image built from a file that has it behaves so.</param>
/// <param name="Image">The image that is built from the file.</param>
/// <param name="Behaviour">How pods of that image behave.</param>
public sealed record TomodaFeature(string Title, string File, string Function, string Image, ImageBehaviour Behaviour)
{
    /// <summary>Every pod is ready, and half of the requests fail.</summary>
    public static TomodaFeature Refunds { get; } = new("Refunds", TomodaCode.Handlers, "refund", TomodaImages.Backend, new ImageBehaviour.ErrorRate(0.5));

    /// <summary>Runs well, then out of memory.</summary>
    public static TomodaFeature Exports { get; } = new("Export orders", TomodaCode.Handlers, "exportOrders", TomodaImages.Backend, new ImageBehaviour.MemoryLeak());

    /// <summary>Panics at start.</summary>
    public static TomodaFeature Webhooks { get; } = new("Webhooks", TomodaCode.Handlers, "webhook", TomodaImages.Backend, new ImageBehaviour.CrashLoop());

    /// <summary>The API answers half of all requests with an error.</summary>
    public static TomodaFeature Discounts { get; } = new("Discounts", "api/handlers.go", "discount", TomodaImages.Api, new ImageBehaviour.ErrorRate(0.5));

    public static IReadOnlyList<TomodaFeature> All { get; } = [Refunds, Exports, Webhooks, Discounts];
}
