using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Schema.Validation;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Controllers write past the HTTP server; their pods are defaulted, validated, admitted and counted all the same.</summary>
public sealed class PodAdmission(ObjectStore store, AdmissionChain webhooks) : IPodAdmission
{
    private const string Controllers = "system:serviceaccount:kube-system:replicaset-controller";

    private readonly Quotas quotas = new(store);

    public JsonObject Admit(string ns, JsonObject pod)
    {
        var name = pod.Child("metadata").Text("name") ?? "";
        try
        {
            Defaults.Apply(Resources.Pods, pod);
            PodDefaults.Admit(pod);
            if (name.Length > 0 && Validator.Check(Resources.Pods, pod) is { Count: > 0 } errors)
                throw Refusals.Invalid(Resources.Pods, name, errors);
            webhooks.Review(new AdmissionRequest("CREATE", Resources.Pods, ns, name, pod, null, Controllers, DryRun: false));
            quotas.Admit(Resources.Pods, ns, name);
            return pod;
        }
        catch (ApiException refused)
        {
            throw new PodRefusedException(refused.Message);
        }
    }
}
