using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Storage;

/// <summary>The provisioner: every claim gets a volume of its size, and the volume goes with its claim. Sizes are grown at once.</summary>
public sealed class ClaimController(ControllerContext context) : Controller(context)
{
    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.PersistentVolumeClaims];

    public override void Observe(StoreEvent change)
    {
        if (change.Type == StoreEventType.Deleted) Store.Delete(Resources.PersistentVolumes, null, VolumeOf(change.Object));
        else Enqueue(change.Object.Key());
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.PersistentVolumeClaims, key.Namespace, key.Name) is not { } claim || claim.Deleting()) return;
        if (claim.Read.Text("spec", "volumeName") is not { } volume) Provision(claim);
        else if (volume != VolumeOf(claim) && Store.Find(Resources.PersistentVolumes, null, volume) is null) return;
        var size = claim.Read.Object("spec", "resources", "requests");
        Store.Update(claim.Type, key.Namespace, key.Name, body =>
        {
            var status = body.Child("status");
            if (status.Text("phase") == "Bound" && JsonNode.DeepEquals(status["capacity"], size)) return false;
            body.Child("spec")["volumeName"] ??= VolumeOf(claim);
            status["phase"] = "Bound";
            status["accessModes"] = body.At("spec", "accessModes")?.DeepClone();
            status["capacity"] = size?.DeepClone();
            return true;
        });
    }

    private static string VolumeOf(StoredObject claim) => $"pvc-{claim.Uid()}";

    private void Provision(StoredObject claim)
    {
        if (Store.Find(Resources.PersistentVolumes, null, VolumeOf(claim)) is not null) return;
        Store.Create(Resources.PersistentVolumes, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = VolumeOf(claim) },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = claim.Read.At("spec", "accessModes")?.DeepClone(),
                ["capacity"] = claim.Read.At("spec", "resources", "requests")?.DeepClone(),
                ["claimRef"] = new JsonObject { ["kind"] = "PersistentVolumeClaim", ["namespace"] = claim.Namespace, ["name"] = claim.Name, ["uid"] = claim.Uid() },
                ["persistentVolumeReclaimPolicy"] = "Delete",
                ["storageClassName"] = claim.Read.Text("spec", "storageClassName") ?? "standard",
                ["volumeMode"] = "Filesystem",
            },
            ["status"] = new JsonObject { ["phase"] = "Bound" },
        });
    }
}
