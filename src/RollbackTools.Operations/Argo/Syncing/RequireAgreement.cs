using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Goes on only when switching automated sync on would change nothing: Git and the cluster agree, and Git holds nothing that was rolled
/// away from.
/// </summary>
public sealed record RequireAgreement : Step
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"CHECK argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: Git and the cluster agree";

    [JsonIgnore]
    public override bool MayBeLeft => true;

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var since = context.Time.GetTimestamp();
        while (true)
        {
            var now = await context.Estate.ArgoCd.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.Normal, cancellation);
            GitState.MustNotBeBad(now, $"Set-ArgoSyncPolicy {Application} -Namespace {Namespace} -Policy Exact -AllowBadRevision");
            if (now.SyncStatus == "Synced") return StepOutcome.AlreadyTrue("Git and the cluster agree");
            if (context.Time.GetElapsedTime(since) >= Patience)
            {
                var differing = string.Join(", ", now.Resources.Where(item => item.Status == "OutOfSync").Take(5).Select(item => item.ToString()));
                throw new RollbackException("OutOfSync", $"Git says something else than runs for {now}{(differing.Length > 0 ? $": {differing}" : "")}; automated sync would change that at once.")
                {
                    Target = $"{now} in {Namespace}",
                    NextStep = $"Get-ArgoApplication {Application} -Namespace {Namespace} -Refresh | Format-List; when what differs may be deployed: Set-ArgoSyncPolicy {Application} -Namespace {Namespace} -Policy Exact",
                };
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), context.Time, cancellation);
        }
    }
}
