using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>Ends the operation that stands in the way, and only that one: one that began later is somebody's answer to ours.</summary>
public sealed record TerminateOperation : Step
{
    private const int Attempts = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>When it started; null when nobody had taken it up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What was asked for, as a hash: one that was not begun has nothing else to be known by.</summary>
    public string Asked { get; init; } = "";

    /// <summary>What it was doing, for whom.</summary>
    public string What { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"TERMINATE argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: {What}";

    public static TerminateOperation Of(ArgoApplication application) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        StartedAt = Running(application)?.StartedAt,
        Asked = HashOf(application),
        What = ApplicationRules.DescribeOperation(application),
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
            if (!IsThere(live)) return new StepOutcome(intended, "that operation has ended");
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
            if (!IsThere(now)) return new StepOutcome(true, "terminated");
            if (context.Time.GetElapsedTime(since) < Patience) continue;
            throw new RollbackException("OperationStuck", $"{now} in {Namespace} was told to end its operation and has not within a minute: {ApplicationRules.DescribeOperation(now)}.")
            {
                Target = $"{now} in {Namespace}",
                NextStep = $"kubectl rollout restart statefulset argocd-application-controller -n {Namespace}",
            };
        }
    }

    // One that was asked for anew has another hash or start, whoever asked.
    private bool IsThere(ArgoApplication live) => live.IsOperating && (StartedAt is null || Running(live) is not { } state || state.StartedAt == StartedAt)
        && (Asked.Length == 0 || HashOf(live) == Asked);

    private static string HashOf(ArgoApplication application) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSame.Canonical((application.Operation ?? application.OperationState?.Operation)?.Json))))[..16].ToLowerInvariant();

    private static ArgoOperationState? Running(ArgoApplication application) => application.OperationState is { Ended: false } state ? state : null;
}
