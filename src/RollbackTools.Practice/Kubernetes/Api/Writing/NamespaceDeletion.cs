using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Ends a namespace: nothing new gets in, everything in it goes, and it with them.</summary>
internal sealed class NamespaceDeletion(ObjectStore store)
{
    public StoredObject Delete(StoredObject space)
    {
        var now = store.Update(Resources.Namespaces, null, space.Name, body =>
        {
            body.Ensure("metadata").Default("deletionTimestamp", ObjectStore.Timestamp(DateTimeOffset.UtcNow));
            body.Ensure("metadata").Default("deletionGracePeriodSeconds", 1);
            body.Ensure("status")["phase"] = "Terminating";
            return true;
        }) ?? throw Refusals.NotFound(Resources.Namespaces, space.Name);

        // Owners first, so that no controller replaces what goes.
        foreach (var type in Resources.BuiltIn.Where(type => type.Namespaced).OrderBy(type => type == Resources.Pods))
            foreach (var item in store.List(type, space.Name).Items)
                store.Delete(type, space.Name, item.Name);
        store.Delete(Resources.Namespaces, null, space.Name);
        return now;
    }
}
