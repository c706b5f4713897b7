using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>What the API server would do to a pod that a controller creates: defaulting, quota, admission plugins.</summary>
public interface IPodAdmission
{
    /// <summary>
    /// Returns the pod to store. Throws <see cref="PodRefusedException"/> with the API server's words, such as
    /// <c>pods "api-7d9f" is forbidden: exceeded quota: …</c>, which reach FailedCreate events and ReplicaFailure conditions.
    /// </summary>
    JsonObject Admit(string ns, JsonObject pod);
}

/// <summary>The pod may not be created; the message is the API server's.</summary>
public sealed class PodRefusedException(string message) : Exception(message);

/// <summary>Admits every pod as it is: for a store without an API server.</summary>
public sealed class OpenAdmission : IPodAdmission
{
    public JsonObject Admit(string ns, JsonObject pod) => pod;
}
