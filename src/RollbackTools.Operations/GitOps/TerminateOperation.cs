using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.GitOps;

/// <summary>Ends the operation that stands in the way, and only that one: one that began later is somebody's answer to ours.</summary>
public sealed record TerminateOperation : Step
{
    private const int Attempts = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>When it started; null when nobody had taken it up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What it was doing, for whom.</summary>
    public string What { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"TERMINATE argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: {What}";

    public static TerminateOperation Of(ArgoApplication application) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        StartedAt = Running(application)?.StartedAt,
        What = Applications.DescribeOperation(application),
    };

    /// <summary>What was cut off is not begun again.</summary>
    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        ApplicationName name = new(Namespace, Application);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(name, ArgoRefresh.None, cancellation);
            if (!live.IsOperating || (StartedAt is not null && Running(live)?.StartedAt != StartedAt)) return new StepOutcome(intended, "that operation has ended");
            if (!intended) await intend();
            intended = true;
            try
            {
                await argo.TerminateAsync(live, cancellation);
                break;
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }

        return await UntilGoneAsync(context, argo, name, cancellation);
    }

    private async Task<StepOutcome> UntilGoneAsync(StepContext context, IArgoCd argo, ApplicationName name, CancellationToken cancellation)
    {
        await using ApplicationFeed feed = new(argo, name, context.Time);
        var since = context.Time.GetTimestamp();
        while (true)
        {
            var now = await feed.NextAsync(cancellation);
            if (!now.IsOperating) return new StepOutcome(true, "terminated");
            if (context.Time.GetElapsedTime(since) < Patience) continue;
            throw new RollbackException("OperationStuck", $"{now} in {Namespace} was told to end its operation and has not within a minute: {Applications.DescribeOperation(now)}.")
            {
                Target = $"{now} in {Namespace}",
                NextStep = $"kubectl rollout restart statefulset argocd-application-controller -n {Namespace}",
            };
        }
    }

    private static ArgoOperationState? Running(ArgoApplication application) => application.OperationState is { Ended: false } state ? state : null;
}
