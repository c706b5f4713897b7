using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>
/// Serves what CustomResourceDefinitions define, from the moment they are stored: a kind is there when the answer to its definition is.
/// </summary>
internal sealed class DefinitionRegistry(ObjectStore store, ResourceCatalog catalog, TimeProvider time)
{
    /// <summary>Serves a new definition's kind, and then says so in its status.</summary>
    public void Establish(StoredObject crd)
    {
        Serve(crd);
        store.Update(crd.Type, null, crd.Name, body =>
        {
            Accept(body);
            return true;
        });
    }

    /// <summary>Fills the status in that apiextensions writes: names accepted, established.</summary>
    public void Accept(JsonObject body)
    {
        var status = body.Ensure("status");
        status["acceptedNames"] = body.Ensure("spec").Ensure("names").DeepClone();
        status["conditions"] ??= new JsonArray(
            Condition("NamesAccepted", "NoConflicts", "no conflicts found"), Condition("Established", "InitialNamesAccepted", "the initial names have been accepted"));
    }

    /// <summary>Serves the kind, or serves it from now on as the changed definition has it.</summary>
    public void Serve(StoredObject crd)
    {
        var spec = crd.Copy().Ensure("spec");
        CustomDefinition definition = new(spec);
        var (group, plural) = (spec.Text("group")!, spec.Child("names").Text("plural")!);
        var type = catalog.Types.FirstOrDefault(one => one.Custom && one.Group == group && one.Plural == plural);
        if (type is null)
        {
            type = new ResourceType(group, definition.StoredVersion, plural, spec.Child("names").Text("kind")!, spec.Text("scope") == "Namespaced")
            { Custom = true, HasGeneration = true, Definition = definition };
            catalog.Add(type);
        }

        type.Definition = definition;
        catalog.RemoveViews(type);
        foreach (var version in definition.Served.Where(version => version != type.Version))
            catalog.Add(new ObjectView(group, version, type, static _ => { }) { Back = static _ => { } });
    }

    /// <summary>The definition is gone: its objects with it, and its kind.</summary>
    public void Withdraw(StoredObject crd)
    {
        var spec = crd.Read.Child("spec");
        if (catalog.Types.FirstOrDefault(one => one.Definition is not null && one.Group == spec.Text("group") && one.Kind == spec.Child("names").Text("kind")) is not { } type)
            return;
        foreach (var item in store.List(type).Items)
        {
            store.Update(type, item.Namespace, item.Name, body => body.Child("metadata")!.Remove("finalizers"));
            store.Delete(type, item.Namespace, item.Name);
        }

        catalog.RemoveViews(type);
        catalog.Remove(type);
    }

    private JsonObject Condition(string type, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = ObjectStore.Timestamp(time.GetUtcNow()),
        ["reason"] = reason,
        ["message"] = message,
    };
}
