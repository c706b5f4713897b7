using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>What <c>spec.syncPolicy.automated</c> means.</summary>
public static class SyncPolicy
{
    /// <summary>Whether Argo CD syncs by itself: <c>enabled</c> absent or true counts as on.</summary>
    public static bool IsOn(JsonElement? automated) => automated is { } policy && policy.Flag("enabled") != false;

    /// <summary>The same policy, switched off: what Argo CD 3.1 and newer understand.</summary>
    public static JsonElement Off(JsonElement automated)
    {
        var off = JsonObject.Create(automated)!;
        off["enabled"] = false;
        return ArgoJson.Element(off);
    }

    public static JsonElement Automated(bool prune, bool selfHeal, bool allowEmpty)
    {
        JsonObject policy = [];
        if (prune) policy["prune"] = true;
        if (selfHeal) policy["selfHeal"] = true;
        if (allowEmpty) policy["allowEmpty"] = true;
        return ArgoJson.Element(policy);
    }

    /// <summary>As people say it: <c>automated (prune, self-heal)</c>, <c>manual</c>.</summary>
    public static string Describe(JsonElement? automated)
    {
        if (automated is not { } policy) return "manual";
        List<string> words = [];
        if (policy.Flag("prune") == true) words.Add("prune");
        if (policy.Flag("selfHeal") == true) words.Add("self-heal");
        if (policy.Flag("allowEmpty") == true) words.Add("allow empty");
        return (IsOn(automated) ? "automated" : "off") + (words.Count > 0 ? $" ({string.Join(", ", words)})" : "");
    }
}
