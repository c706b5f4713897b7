using System.Text.Json.Nodes;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>An application's manifests beside what is live.</summary>
/// <param name="Pins">What it was compared to.</param>
/// <param name="Resources">What it consists of, hooks apart.</param>
/// <param name="Hooks">What only runs during a sync, as the repository has it.</param>
internal sealed record Comparison(SourcePins Pins, IReadOnlyList<ManagedResource> Resources, IReadOnlyList<JsonObject> Hooks)
{
    /// <summary>Whether everything that counts is as it should be.</summary>
    public bool InSync => Resources.All(one => one.InSync
        || (one.RequiresPruning && ArgoNames.HasOption(Annotation(one.Object, ArgoNames.CompareOptions), "IgnoreExtraneous")));

    /// <summary>
    /// The worst of all: what is missing counts when its kind has a health at all; nothing live of something is missing; what has
    /// no health is healthy.
    /// </summary>
    public Health Health
    {
        get
        {
            var worst = new Health(Applications.Health.Healthy);
            foreach (var one in Resources)
            {
                var health = one.Live is not null ? ResourceHealth.Of(one.Live)
                    : ResourceHealth.HasCheck(one.Type) ? new Health(Applications.Health.Missing) : null;
                if (health is not null && health.IsWorseThan(worst.Status)) worst = new Health(health.Status);
            }

            return worst.Status == Applications.Health.Healthy && Resources.Count > 0 && Resources.All(one => one.Live is null)
                ? new Health(Applications.Health.Missing)
                : worst;
        }
    }

    private static string? Annotation(JsonObject item, string name) => (string?)item["metadata"]?["annotations"]?[name];
}
