using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Suspension;

/// <summary>
/// What speaks against the version that a stopped workload starts with: what is remembered of that version, and what Git holds by now.
/// </summary>
internal sealed class StartingVersion(IEstate estate, SuspensionRequest request, TimeProvider time)
{
    private readonly WorkloadApplications applications = new(estate, request.ApplicationNamespace);
    private readonly ImagesInGit git = new(estate, request.Git);

    /// <summary>A sentence each, with the command that has another version start; none when nothing speaks against the version.</summary>
    public async Task<IReadOnlyList<string>> WarningsAsync(WorkloadSnapshot workload, SuspendedWorkload note, CancellationToken cancellation)
    {
        var application = await applications.OwnerOfAsync(workload, cancellation);
        var starts = $"{workload} starts with {ContainerImage.DescribeShort(workload.Template.Images)}";
        var (held, unread) = application is null ? (null, null) : await HeldAsync(application, workload, cancellation);
        var bad = note.Template == workload.Template.Hash && note.Bad is { } then ? $"was bad when it was stopped: {then}"
            : KnownGood.WhyBad(workload, time.GetUtcNow()) is { } now ? $"is bad: {now}"
            : application is not null && held is null && WasLeft(application) ? $"was rolled away from, as {application} remembers"
            : null;
        var gitIsBad = application is not null && GitState.Of(application) is { } compared && VersionMarks.IsBad(application, compared, 0);
        var next = held is not null && !gitIsBad
            ? $" To start that version instead: Invoke-ArgoSync {application!.Metadata.Name} -Namespace {application.Metadata.Namespace} -IncludeSuspended"
            : bad is null ? "" : $" To take it back before it starts: Invoke-ImageRollback {workload} -Namespace {workload.Namespace}";
        List<string> warnings = [];
        if (bad is not null) warnings.Add($"{starts}, which {bad.TrimEnd('.')}{(held is null ? "" : $". {held}")}.{next}");
        else if (held is not null) warnings.Add($"{starts}. {held}.{next}");
        if (unread is not null) warnings.Add(unread);
        return warnings;
    }

    private static bool WasLeft(ArgoApplication application) =>
        Deployed.Of(application) is { } deployed && VersionMarks.IsBad(application, deployed.Version, deployed.Entry?.Id ?? 0);

    // What an application sets in its own spec wins over what Git says.
    private async Task<(string? Held, string? Unread)> HeldAsync(
        ArgoApplication application, WorkloadSnapshot workload, CancellationToken cancellation)
    {
        try
        {
            var template = workload.Template;
            var inGit = await git.OfAsync(application, template, cancellation);
            var wanted = inGit.Zip(template.Images,
                (set, running) => SpecPins.Of(application, running.Image) is { } own ? running with { Image = own } : set);
            var other = wanted.Except(template.Images).ToList();
            return (other.Count == 0 ? null : $"Git holds {ContainerImage.DescribeShort(other)} for it by now", null);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException or FormatException)
        {
            // Without its files the commits alone tell whether there is something newer.
            if (GitState.Of(application) is not { } compared || Deployed.Of(application) is not { } deployed) return (null, null);
            return compared.SameAs(deployed.Version) ? (null, null)
                : (null, $"Git was not read ({refusal.Message.TrimEnd('.')}). It holds {compared.Describe()} for {application}, and "
                    + $"{deployed.Version.Describe()} is deployed: whether that is another version of {workload} is not known.");
        }
    }
}
