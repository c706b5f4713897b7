using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>An Application: typed where operations decide on it, and otherwise as it was sent.</summary>
public sealed class ArgoApplication(CustomResource resource)
{
    private IReadOnlyList<ApplicationDeployment>? history;

    public JsonElement Json => resource.Json;

    public ObjectMeta Metadata => resource.Metadata;

    public ApplicationName Name => new(Metadata.Namespace, Metadata.Name);

    public string Project => Json.Text("spec", "project") ?? "default";

    /// <summary>Where the Argo CD lies that works on it, with its projects; null until it was compared, and where Argo CD is older than 2.8.</summary>
    public string? ControllerNamespace => Json.Text("status", "controllerNamespace");

    public ApplicationDestination Destination => new(Json.Text("spec", "destination", "server"), Json.Text("spec", "destination", "name"), Json.Text("spec", "destination", "namespace"));

    public IReadOnlyList<JsonElement> Sources => Json.Items("spec", "sources") is { Count: > 0 } many ? many : Json.At("spec", "source") is { } one ? [one] : [];

    public bool MultiSource => Json.Items("spec", "sources").Count > 0;

    /// <summary><c>spec.syncPolicy.automated</c> exactly as it is; null when there is none.</summary>
    public JsonElement? Automated => Json.At("spec", "syncPolicy", "automated");

    public IReadOnlyList<string> SyncOptions => Json.Texts("spec", "syncPolicy", "syncOptions");

    /// <summary>Synced, OutOfSync or Unknown.</summary>
    public string SyncStatus => Json.Text("status", "sync", "status") ?? "Unknown";

    /// <summary>What it was last compared with: the commits Git holds for it.</summary>
    public IReadOnlyList<string> ComparedRevisions => Json.Texts("status", "sync", "revisions") is { Count: > 0 } many ? many
        : Json.Text("status", "sync", "revision") is { } one ? [one] : [];

    /// <summary>Healthy, Progressing, Degraded, Suspended, Missing or Unknown.</summary>
    public string Health => Json.Text("status", "health", "status") ?? "Unknown";

    public DateTimeOffset? ReconciledAt => Json.Moment("status", "reconciledAt");

    public IReadOnlyList<string> Images => Json.Texts("status", "summary", "images");

    public IReadOnlyList<ManagedResource> Resources => [.. Json.Items("status", "resources").Select(item => new ManagedResource(item))];

    /// <summary>What it complains about: <c>ComparisonError</c>, <c>SyncError</c> and the like with their messages.</summary>
    public IReadOnlyList<string> Conditions => [.. Json.Items("status", "conditions").Select(item => $"{item.Text("type")}: {item.Text("message")}")];

    /// <summary>An operation that was asked for and has not ended; null when there is none.</summary>
    public ArgoOperation? Operation => Json.At("operation") is { } operation ? new ArgoOperation(operation) : null;

    /// <summary>The operation that runs or ran last, and how it went.</summary>
    public ArgoOperationState? OperationState => Json.At("status", "operationState") is { } state ? new ArgoOperationState(state) : null;

    /// <summary>Successful deployments, oldest first. Argo CD keeps ten unless told otherwise.</summary>
    public IReadOnlyList<ApplicationDeployment> History => history ??=
        [.. Json.Items("status", "history").Select(ApplicationDeployment.Of).OfType<ApplicationDeployment>().OrderBy(entry => entry.Id)];

    /// <summary>Something was asked for, or something runs; a run that failed and waits for its retry counts.</summary>
    public bool IsOperating => Operation is not null || OperationState is { Ended: false };

    public string? Annotation(string key) => Metadata.Annotations.GetValueOrDefault(key);

    public override string ToString() => Name.ToString();
}

/// <summary>Where an application's objects go: a cluster by URL or by Argo CD's name for it, and a namespace.</summary>
public sealed record ApplicationDestination(string? Server, string? Name, string? Namespace)
{
    /// <summary>Whether that is the cluster Argo CD itself runs in, by its names for it.</summary>
    public bool IsInCluster => Server is "https://kubernetes.default.svc" || Name is "in-cluster";

    public override string ToString() => $"{Namespace ?? "(no namespace)"} on {Name ?? Server ?? "(no cluster)"}";
}

/// <summary>An object the application manages, with Argo CD's view of it.</summary>
public sealed class ManagedResource(JsonElement json)
{
    public string Group => json.Text("group") ?? "";

    public string Kind => json.Text("kind") ?? "";

    public string Namespace => json.Text("namespace") ?? "";

    public string Name => json.Text("name") ?? "";

    public ArgoObject Identity => new(Group, Kind, Namespace, Name);

    public string? Status => json.Text("status");

    public string? Health => json.Text("health", "status");

    public string? HealthMessage => json.Text("health", "message");

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";
}

/// <summary>One successful sync as <c>status.history</c> keeps it.</summary>
public sealed record ApplicationDeployment(long Id, ApplicationVersion Version)
{
    public DateTimeOffset? DeployStartedAt { get; init; }

    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>A user's name, or <c>automated sync</c>; null when it is not on record.</summary>
    public string? InitiatedBy { get; init; }

    /// <summary>Null for an entry without a source (Argo CD 0.11 and older wrote those): nothing can go back there.</summary>
    public static ApplicationDeployment? Of(JsonElement entry) => ApplicationVersion.Of(entry) is { } version && entry.Number("id") is { } id
        ? new ApplicationDeployment(id, version)
        {
            DeployedAt = entry.Moment("deployedAt"),
            DeployStartedAt = entry.Moment("deployStartedAt"),
            InitiatedBy = entry.Text("initiatedBy", "username") ?? (entry.Flag("initiatedBy", "automated") == true ? "automated sync" : null),
        }
        : null;
}
