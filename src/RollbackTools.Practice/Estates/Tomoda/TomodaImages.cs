using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>What Cloud Build has pushed for tomoda: the releases that ran, and the ones that are about to go wrong.</summary>
public static class TomodaImages
{
    public const string Registry = "europe-west3-docker.pkg.dev/tomoda/apps";
    public const string Backend = Registry + "/backend";
    public const string Api = Registry + "/tomoda-api";
    public const string Async = Registry + "/tomoda-async";
    public const string Search = Registry + "/tomoda-search";
    public const string LogAgent = Registry + "/log-agent";

    /// <summary>The release everything runs now; good for days.</summary>
    public const string Current = "v2.14.0";

    /// <summary>Panics at start.</summary>
    public const string Crashing = "v2.15.0";

    /// <summary>Starts, and fails half of its requests: a migration it expects has not run.</summary>
    public const string Failing = "v2.15.1";

    /// <summary>Leaks until it is killed.</summary>
    public const string Leaking = "v2.15.2";

    /// <summary>Never becomes ready.</summary>
    public const string Unready = "v2.15.3";

    /// <summary>Needs long to become ready.</summary>
    public const string Slow = "v2.15.4";

    /// <summary>Refuses its configuration.</summary>
    public const string Misconfigured = "v2.15.5";

    /// <summary>A tag that was never pushed.</summary>
    public const string Missing = "v2.15.9";

    public static IReadOnlyList<string> All { get; } = [Backend, Api, Async, Search, LogAgent];

    /// <summary>How v2.13.0 behaves: it came before its migration.</summary>
    internal static ImageBehaviour WithoutTenants { get; } = new ImageBehaviour.CrashLoop { Panic = "panic: pq: column \"tenant_id\" does not exist" };

    public static void Push(ImageCatalogue images)
    {
        foreach (var repository in All)
        {
            foreach (var tag in (string[])["v2.11.0", "v2.12.0", "v2.12.1", "v2.13.1", Current]) images.Push(repository, tag);
            images.Push(repository, "v2.13.0", WithoutTenants);
            images.Push(repository, Crashing, new ImageBehaviour.CrashLoop());
            images.Push(repository, Failing, new ImageBehaviour.ErrorRate(0.5));
            images.Push(repository, Leaking, new ImageBehaviour.MemoryLeak());
            images.Push(repository, Unready, new ImageBehaviour.NotReady());
            images.Push(repository, Slow, new ImageBehaviour.SlowStart(45));
            images.Push(repository, Misconfigured, new ImageBehaviour.BadConfig());
        }
    }
}
