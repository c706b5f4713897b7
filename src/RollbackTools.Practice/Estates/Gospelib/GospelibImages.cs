using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Gospelib;

/// <summary>gospelib's services and what its ECR holds of them: every release pins each to the commit it was built from.</summary>
public static class GospelibImages
{
    public const string Registry = "482913650174.dkr.ecr.eu-central-1.amazonaws.com";

    public static IReadOnlyList<string> Services { get; } =
        ["gospelib-gateway", "gospelib-auth", "gospelib-reader", "gospelib-search", "gospelib-notes", "gospelib-ingest", "gospelib-web"];

    /// <summary>Release and the commit its images are tagged with, oldest first. One of them reads as a number.</summary>
    public static IReadOnlyList<(string Release, string Tag)> Releases { get; } =
        [("v1.7.0", "9c41b7e"), ("v1.7.1", "4810e27"), ("v1.8.0", "d02f6aa"), ("v1.8.1", "71be93c")];

    /// <summary>What runs now.</summary>
    public static (string Release, string Tag) Current => Releases[^1];

    /// <summary>The release that is about to go wrong: the gateway crashes, the reader fails half of its requests.</summary>
    public static (string Release, string Tag) Bad => ("v1.9.0", "b5e70d4");

    public static string ImageOf(string service) => $"{Registry}/{service}";

    public static void Push(ImageCatalogue images)
    {
        foreach (var service in Services)
        {
            foreach (var (_, tag) in Releases)
                images.Push(ImageOf(service), tag, tag == "d02f6aa" && service == "gospelib-auth" ? new ImageBehaviour.NotReady() : null);
            images.Push(ImageOf(service), Bad.Tag, service switch
            {
                "gospelib-gateway" => new ImageBehaviour.CrashLoop { Panic = "panic: no route for /v2/passages" },
                "gospelib-reader" => new ImageBehaviour.ErrorRate(0.5),
                _ => null,
            });
        }
    }
}
