using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Takes images that an application sets in its own spec to others. Where they are neither, somebody else changed them, and they are left alone.</summary>
public sealed record PinInSpec : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>The images or parameters that change, and no others.</summary>
    public SourceChange Change { get; init; } = new("", "", null, null);

    /// <summary>The workloads it is for.</summary>
    public IReadOnlyList<WorkloadMove> Moves { get; init; } = [];

    [JsonIgnore]
    public override string Description => $"PATCH argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: spec.source.{Change.Tool}.{Change.Field} " +
        $"{JsonSame.Canonical(Change.From)} → {JsonSame.Canonical(Change.To)}";

    [JsonIgnore]
    public override bool MayBeLeft => true;

    public override PinInSpec Invert() => this with { Change = Change with { From = Change.To, To = Change.From } };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.None, cancellation);
            ApplicationRules.MustBe(live, Uid);
            var now = live.Json.At("spec", "source", Change.Tool, Change.Field);
            if (Change.On(now) is not { } change) return Invert().Change.On(now) is null ? throw Changed(live) : new StepOutcome(intended, "written");
            if (!intended) await intend();
            intended = true;
            try
            {
                await argo.ChangeAsync(live, new ApplicationChange { Source = change }, cancellation);
                return new StepOutcome(true, "written");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }
    }

    private RollbackException Changed(ArgoApplication live)
    {
        var by = live.Metadata.LastWriter() is { } writer ? $"'{writer.Manager}' at {writer.Time:u}" : "somebody else";
        return new RollbackException("ChangedMeanwhile", $"spec.source.{Change.Tool}.{Change.Field} of {live} in {Namespace} was changed by {by} since this was planned. Nothing was overwritten.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"kubectl get application {Application} -n {Namespace} -o yaml",
        };
    }
}
