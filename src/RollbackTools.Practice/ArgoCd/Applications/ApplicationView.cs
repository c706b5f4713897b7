using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>What everybody reads of an Application.</summary>
internal sealed class ApplicationView(StoredObject stored, string controlPlane)
{
    public StoredObject Stored => stored;

    public JsonObject Json => stored.Read;

    public ObjectKey Key => stored.Key();

    /// <summary>As the tracking ids of its objects name it.</summary>
    public string Instance => stored.Namespace == controlPlane ? stored.Name : $"{stored.Namespace}_{stored.Name}";

    /// <summary>As people and messages name it.</summary>
    public string QualifiedName => stored.Namespace == controlPlane ? stored.Name : $"{stored.Namespace}/{stored.Name}";

    public string Project => Json.Text("spec", "project") is { Length: > 0 } project ? project : ProjectFinder.Default;

    public string? DestinationNamespace => Json.Text("spec", "destination", "namespace");

    public JsonObject? Operation => Json.Object("operation");

    public JsonObject? OperationState => Json.Object("status", "operationState");

    public JsonObject? Automated => Json.Object("spec", "syncPolicy", "automated");

    /// <summary>Automation is on when it is there and not switched off.</summary>
    public bool IsAutomated => Automates(Json);

    public static bool Automates(JsonObject application) => application.Object("spec", "syncPolicy", "automated") is { } automated
        && (automated["enabled"] is null || automated.Flag("enabled"));
}
