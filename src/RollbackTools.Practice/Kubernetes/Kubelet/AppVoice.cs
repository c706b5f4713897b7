using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>What the practice applications write to their logs.</summary>
internal static class AppVoice
{
    public static IEnumerable<string> Starting(string container, CatalogueImage image)
    {
        yield return $"level=info msg=\"starting {container}\" version={image.Tag} image={image.Digest[..19]}";
        yield return "level=info msg=\"configuration loaded\"";
        if (image.Behaviour is not ImageBehaviour.BadConfig) yield return "level=info msg=\"connected to database\" pool=10";
        if (image.Behaviour is ImageBehaviour.SlowStart slow)
            yield return $"level=info msg=\"warming caches\" expected={slow.Seconds:0}s";
        if (image.Behaviour is ImageBehaviour.NotReady)
            yield return "level=error msg=\"readiness: dependency unavailable\" dependency=search status=503";
    }

    public static string Listening(string container) => $"level=info msg=\"{container} listening\" addr=:8080";

    public static IEnumerable<string> Dying(ImageBehaviour behaviour) => behaviour switch
    {
        ImageBehaviour.CrashLoop crash =>
        [
            crash.Panic,
            "",
            "goroutine 1 [running]:",
            "main.(*Server).routes(0x0)",
            "\t/app/server/routes.go:41 +0x1c",
            "main.main()",
            "\t/app/main.go:27 +0x118",
        ],
        ImageBehaviour.BadConfig => ["level=fatal msg=\"invalid configuration\" error=\"FEATURE_FLAGS: unknown key \\\"checkout_v2\\\"\""],
        _ => [],
    };

    public static string Stopping() => "level=info msg=\"received SIGTERM, draining connections\"";
}
