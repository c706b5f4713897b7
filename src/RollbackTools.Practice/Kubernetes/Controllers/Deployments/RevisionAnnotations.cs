using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>The annotations by which Deployments and ReplicaSets remember revisions and sizes.</summary>
internal static class RevisionAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string History = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    // Characters; older numbers fall off the front.
    private const int HistoryLimit = 2000;

    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Revision, History, DesiredReplicas, MaxReplicas,
        "deprecated.deployment.rollback.to",
    ];

    /// <summary>Missing is 0; null when it is no number.</summary>
    public static long? Number(StoredObject item) => item.Annotation(Revision) is not { Length: > 0 } text ? 0
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static int? Size(StoredObject item, string annotation) =>
        int.TryParse(item.Annotation(annotation), CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <summary>
    /// Copies the Deployment's annotations onto the ReplicaSet's and raises its revision, remembering the number it had.
    /// Returns whether anything changed.
    /// </summary>
    public static bool Apply(DeploymentView deployment, JsonObject annotations, long revision)
    {
        var changed = false;
        foreach (var (name, value) in deployment.Stored.Read.Map("metadata", "annotations"))
        {
            if (NotCopied.Contains(name) || annotations.Text(name) == value) continue;
            annotations[name] = value;
            changed = true;
        }

        var former = annotations.Text(Revision);
        var number = 0L;
        if (former is { Length: > 0 } && !long.TryParse(former, CultureInfo.InvariantCulture, out number)) return changed;
        if (number >= revision) return changed;

        annotations[Revision] = revision.ToString(CultureInfo.InvariantCulture);
        if (former is not null) Remember(annotations, former);
        return true;
    }

    public static bool SetSizes(JsonObject set, int desired, int max)
    {
        var annotations = set.Child("metadata").Child("annotations");
        var (wanted, limit) = (desired.ToString(CultureInfo.InvariantCulture), max.ToString(CultureInfo.InvariantCulture));
        if (annotations.Text(DesiredReplicas) == wanted && annotations.Text(MaxReplicas) == limit) return false;
        annotations[DesiredReplicas] = wanted;
        annotations[MaxReplicas] = limit;
        return true;
    }

    private static void Remember(JsonObject annotations, string former)
    {
        if (annotations.Text(History) is not { Length: > 0 } history)
        {
            annotations[History] = former;
            return;
        }

        var remembered = $"{history},{former}";
        while (remembered.Length > HistoryLimit && remembered.IndexOf(',') is var comma and >= 0)
            remembered = remembered[(comma + 1)..];
        annotations[History] = remembered;
    }
}
