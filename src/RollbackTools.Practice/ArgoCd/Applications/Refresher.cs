using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>Keeps an application's status true: asks the repository, compares, and starts what is automatic.</summary>
internal sealed class Refresher(
    ControllerContext context, ArgoCdOptions options, ProjectFinder projects, Comparer comparer, AutoSync autoSync, Action<ObjectKey> enqueue)
{
    private static readonly TimeSpan SourceGrace = TimeSpan.FromMinutes(3);

    /// <summary>Compares, or has the manifests rendered first and comes back. Returns when it wants to be called again.</summary>
    public void Refresh(ApplicationView application, AppWork work)
    {
        if (work.Fresh is { } fresh)
        {
            (work.Fresh, work.Rendering) = (null, false);
            work.ComparedAt = context.Now;
            if (!Forgiven(fresh, work)) Compare(application, fresh.Desired, latest: true, fresh.Annotation, work);
            if (context.Store.Find(ArgoResources.Applications, application.Key.Namespace, application.Key.Name) is not { } written) return;
            application = new ApplicationView(written, options.Namespace);
        }

        var level = Level(application, work);
        if (level == RefreshLevel.None || work.Rendering) return;
        work.Wanted = RefreshLevel.None;
        if (level == RefreshLevel.Recent && work.Known is { } known && known.Pins.SameSources(SourcePins.OfSpec(application.Json)))
        {
            Compare(application, known, latest: false, annotation: null, work);
            return;
        }

        Render(application, work, level);
    }

    /// <summary>When the next comparison is due; jitter keeps a fleet from asking all at once.</summary>
    public TimeSpan Period() => context.Tempo.Scaled(options.Reconcile.TotalSeconds);

    /// <summary>Argo CD says nothing of a repository that fails for less than three minutes, unless it was asked to look.</summary>
    private bool Forgiven(Rendered fresh, AppWork work)
    {
        if (fresh.Desired.Error is null)
        {
            (work.Known, work.SourceFailingSince) = (fresh.Desired, null);
            return false;
        }

        if (!fresh.Patient) return false;
        work.SourceFailingSince ??= context.Now;
        return context.Now - work.SourceFailingSince <= context.Tempo.Scaled(SourceGrace.TotalSeconds);
    }

    private RefreshLevel Level(ApplicationView application, AppWork work)
    {
        if (application.Stored.Annotation(ArgoNames.Refresh) is { } asked) return asked == "hard" ? RefreshLevel.Hard : RefreshLevel.Latest;
        if (work.ComparedAt is not { } compared || context.Now - compared >= Period()) return Max(RefreshLevel.Latest);
        var (spec, comparedTo) = (application.Json.Object("spec"), application.Json.Object("status", "sync", "comparedTo"));
        if (!JsonNode.DeepEquals(spec?["source"], comparedTo?["source"]) || !JsonNode.DeepEquals(spec?["sources"], comparedTo?["sources"]))
            return Max(RefreshLevel.Latest);
        if (!JsonNode.DeepEquals(spec?["destination"], comparedTo?["destination"])
            || !JsonNode.DeepEquals(spec?["ignoreDifferences"], comparedTo?["ignoreDifferences"]))
            return Max(RefreshLevel.Recent);
        return work.Wanted;

        RefreshLevel Max(RefreshLevel level) => work.Wanted > level ? work.Wanted : level;
    }

    private void Render(ApplicationView application, AppWork work, RefreshLevel level)
    {
        var (key, wanted) = (application.Key, SourcePins.OfSpec(application.Json));
        var annotation = application.Stored.Annotation(ArgoNames.Refresh);
        var patient = annotation is null && work.Known?.Pins.SameSources(wanted) == true;
        var known = level == RefreshLevel.Hard ? null : work.Known;
        work.Rendering = true;
        context.Errands.Start(async cancellation =>
        {
            work.Fresh = new Rendered(await Desired.RenderAsync(options.Renderer, key, wanted, known, cancellation), annotation, patient);
            enqueue(key);
        });
    }

    private void Compare(ApplicationView application, Desired desired, bool latest, string? annotation, AppWork work)
    {
        var project = projects.Find(application.Project);
        var invalid = project is null ? $"Application referencing project {application.Project} which does not exist" : null;
        var comparison = work.Comparison = comparer.Compare(application, desired);
        var unknown = desired.Error is not null || invalid is not null;
        string? syncError = null;
        if (!unknown && Permits(project, application)) syncError = autoSync.Start(application, comparison, work);

        var now = context.Timestamp;
        context.Store.Update(ArgoResources.Applications, application.Key.Namespace, application.Key.Name, body =>
        {
            var status = body.Child("status");
            ApplicationStatus.WriteComparison(status, application, comparison, unknown, now);
            if (invalid is not null) ApplicationStatus.WriteHealth(status, Health.Unknown, now);
            ApplicationStatus.SetCondition(status, "InvalidSpecError", invalid, now);
            ApplicationStatus.SetCondition(status, "ComparisonError", desired.Error, now);
            ApplicationStatus.SetCondition(status, "SyncError", syncError, now);
            status["summary"] = Summary(comparison);
            status["controllerNamespace"] = options.Namespace;
            if (latest || status["reconciledAt"] is null) status["reconciledAt"] = now;
            if (annotation is not null && body.Object("metadata", "annotations") is { } annotations && annotations.Text(ArgoNames.Refresh) == annotation)
            {
                annotations.Remove(ArgoNames.Refresh);
                annotations.Remove(ArgoNames.RefreshTimestamp);
                if (annotations.Count == 0) body.Child("metadata").Remove("annotations");
            }

            return true;
        });
    }

    private bool Permits(JsonObject? project, ApplicationView application)
    {
        try
        {
            return SyncWindows.Of(project, application.Json).CanSync(manual: false, context.Now, started: null);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The images of the pods that run, not of the manifests: during a rollout, old and new.</summary>
    private JsonObject Summary(Comparison comparison)
    {
        SortedSet<string> images = new(StringComparer.Ordinal);
        Stack<Kubernetes.Storage.StoredObject> left = new(comparison.Resources.Select(one => one.Live).OfType<Kubernetes.Storage.StoredObject>());
        while (left.TryPop(out var item))
        {
            if (item.Type == Resources.Pods)
            {
                foreach (var list in (string[])["initContainers", "containers"])
                    foreach (var container in item.Read.Items("spec", list))
                        if (container.Text("image") is { } image) images.Add(image);
            }

            if (item.Type == ArgoResources.Applications) continue;
            foreach (var child in context.Cache.Children(item.Uid())) left.Push(child);
        }

        return images.Count == 0 ? [] : new JsonObject { ["images"] = new JsonArray([.. images.Select(image => (JsonNode)image)]) };
    }
}
