using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>
/// Rewrites removed API versions in a record's manifest. The record as it was is kept beside it first, in the cluster, so that this can be
/// taken back without its content being anywhere else.
/// </summary>
public sealed record RewriteApis : RecordStep
{
    public IReadOnlyList<RemovedApi> Apis { get; init => field = ReadableList<RemovedApi>.Of(value); } = ReadableList<RemovedApi>.Of([]);

    public string Copy { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"PUT {Wire}: {string.Join(", ", Apis)} (kept as {Record.ObjectName}.{Copy})";

    public override Step? Invert() => new RestoreManifest { Namespace = Namespace, Release = Release, Revision = Revision, Driver = Driver, Copy = Copy };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        RemovedApis removed = new(context.Estate.Cluster, new ManifestParser(context.Estate.Manifests));
        var intended = false;
        var changed = await ChangeAsync(context, async () =>
        {
            if (!intended) await intend();
            intended = true;
        }, async read =>
        {
            if (Rewritten(removed, read) is not { } manifest || manifest == read.Manifest) return null;
            if (!intended) await intend();
            intended = true;
            await context.Estate.Helm.KeepAsync(read.Header, Copy, cancellation);
            return read.With(new HelmRecordEdit { Manifest = manifest });
        }, cancellation);
        return changed ? new StepOutcome(true, $"revision {Revision} names APIs that are served") : StepOutcome.AlreadyTrue($"revision {Revision} names none of them");
    }

    private string Rewritten(RemovedApis removed, HelmRecord read)
    {
        try
        {
            return removed.Rewrite(read.Manifest, Apis);
        }
        catch (FormatException problem)
        {
            throw new RollbackException("HelmManifestUnreadable", $"The manifest of {Record} was left alone: {problem.Message}.", problem) { Target = Record.Object };
        }
    }
}
