using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Projects;

/// <summary>Projects by name. <c>default</c> exists unless somebody deletes it: Argo CD makes it when it starts.</summary>
internal sealed class ProjectFinder(ObjectStore store, string controlPlane)
{
    public const string Default = "default";

    /// <summary>The project; null when there is none of that name.</summary>
    public JsonObject? Find(string name) =>
        store.Find(ArgoResources.AppProjects, controlPlane, name)?.Read;
}
