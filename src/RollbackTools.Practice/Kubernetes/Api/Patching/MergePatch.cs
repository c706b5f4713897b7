using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>RFC 7386.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject child:
                    if (target[name] is not JsonObject into) target[name] = into = [];
                    Apply(into, child);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
