using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>ResourceQuota, for the numbers of objects (<c>pods</c>, <c>services</c>, <c>count/deployments.apps</c> …).</summary>
public sealed class Quotas(ObjectStore store)
{
    /// <summary>Whether there is one in the namespace.</summary>
    public bool Limit(string ns) => store.List(Resources.ResourceQuotas, ns).Items.Length > 0;

    /// <summary>Throws the 403 <c>exceeded quota</c> when one more object of the kind is too many; records the use otherwise.</summary>
    public void Admit(ResourceType type, string ns, string name, bool dryRun = false)
    {
        foreach (var quota in store.List(Resources.ResourceQuotas, ns).Items)
        {
            List<(string Name, long Used, long Limit)> counted = [];
            foreach (var (resource, hard) in quota.Read.Child("spec").Child("hard") ?? [])
                if (Counts(type, resource) && long.TryParse(hard?.ToString(), out var limit)) counted.Add((resource, InUse(type, ns), limit));

            var over = counted.Where(one => one.Used + 1 > one.Limit).OrderBy(one => one.Name, StringComparer.Ordinal).ToList();
            if (over.Count > 0)
                throw Refusals.Forbidden(type, name,
                    $"exceeded quota: {quota.Name}, requested: {List(over, _ => 1)}, used: {List(over, one => one.Used)}, " +
                    $"limited: {List(over, one => one.Limit)}");
            if (!dryRun && counted.Count > 0) Record(quota, counted, more: 1);
        }
    }

    /// <summary>A new quota says at once what is in use, as the quota controller makes it.</summary>
    public StoredObject Open(StoredObject quota)
    {
        List<(string, long, long)> counted = [];
        foreach (var (resource, hard) in quota.Read.Child("spec").Child("hard") ?? [])
            if (Resources.BuiltIn.FirstOrDefault(type => Counts(type, resource)) is { } type && long.TryParse(hard?.ToString(), out var limit))
                counted.Add((resource, InUse(type, quota.Namespace!), limit));
        return Record(quota, counted, more: 0) ?? quota;
    }

    private static bool Counts(ResourceType type, string resource) =>
        resource == $"count/{type}" || (type.Group.Length == 0 && resource == type.Plural);

    private static string List(IEnumerable<(string Name, long Used, long Limit)> all, Func<(string Name, long Used, long Limit), long> number) =>
        string.Join(",", all.Select(one => $"{one.Name}={number(one)}"));

    private long InUse(ResourceType type, string ns)
    {
        var items = store.List(type, ns).Items;
        if (type != Resources.Pods) return items.Length;

        // Pods that have ended do not count.
        return items.Count(pod => Reading.JsonScan.Text(pod.Json, "status", "phase") is not ("Succeeded" or "Failed"));
    }

    private StoredObject? Record(StoredObject quota, List<(string Name, long Used, long Limit)> counted, int more) =>
        store.Update(Resources.ResourceQuotas, quota.Namespace, quota.Name, body =>
        {
            var status = body.Ensure("status");
            status["hard"] = body.Child("spec").Child("hard")?.DeepClone();
            var used = status.Ensure("used");
            foreach (var one in counted) used[one.Name] = (one.Used + more).ToString();
            return true;
        });
}
