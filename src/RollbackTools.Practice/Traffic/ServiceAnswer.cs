using System.Text;
using System.Text.Json;
using RollbackTools.Practice.Kubernetes.Kubelet;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Traffic;

/// <summary>One answer of a practice application: status and JSON body.</summary>
public sealed record Answer(int Status, byte[] Body);

/// <summary>
/// What a Service says, decided by its ready pods: <c>/health</c> and <c>/ready</c> for probes and people, anything else is
/// traffic, which is logged by the pod that serves it and fails as often as its image does. Thread-safe.
/// </summary>
/// <param name="backends">Its ready pods.</param>
/// <param name="logs">Where pods log.</param>
/// <param name="seed">Of the chance by which a request fails.</param>
/// <param name="served">Told of every request and its status.</param>
public sealed class ServiceAnswer(ServiceBackends backends, PodLogBook logs, int seed, Action<Backend, int>? served = null)
{
    private readonly object gate = new();
    private readonly Random random = new(seed);

    public Answer To(string method, string path)
    {
        if (backends.Next() is not { } backend)
            return Json(503, new { status = "unavailable", error = "no ready pods" });
        return path switch
        {
            "/health" when backend.Image.Behaviour is ImageBehaviour.SchemaMismatch mismatch =>
                Json(503, new { status = "degraded", database = mismatch.Error, version = backend.Image.Tag }),
            "/health" => Json(200, new { status = "ok", database = "ok", version = backend.Image.Tag }),
            "/ready" => Json(200, new { status = "ready", pod = backend.Pod }),
            _ => Serve(method, path, backend),
        };
    }

    private Answer Serve(string method, string path, Backend backend)
    {
        var mismatch = backend.Image.Behaviour as ImageBehaviour.SchemaMismatch;
        int status, milliseconds;
        lock (gate)
        {
            status = mismatch is not null ? 500
                : backend.Image.Behaviour is ImageBehaviour.ErrorRate rate && random.NextDouble() < rate.Share ? rate.Status
                : 200;
            milliseconds = random.Next(2, 40);
        }

        var fails = status >= 500;
        served?.Invoke(backend, status);
        if (fails)
            Log($"level=error msg=\"unhandled error\" path={path} error=\"{mismatch?.Error ?? "relation \\\"orders_v2\\\" does not exist"}\"");
        Log($"level={(fails ? "error" : "info")} msg=\"request\" method={method} path={path} status={status} duration={milliseconds}ms");
        return status == 200
            ? Json(200, new { status = "ok", pod = backend.Pod, version = backend.Image.Tag })
            : Json(status, new { error = fails ? "internal server error" : "no such route", pod = backend.Pod });

        void Log(string line) => logs.Write(backend.Namespace, backend.Pod, backend.Container, line);
    }

    private static Answer Json<T>(int status, T body) => new(status, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body)));
}
