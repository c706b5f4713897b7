namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>The whole numbers of pods nearest to a weight.</summary>
internal static class CanaryShares
{
    /// <summary>
    /// Together they are <paramref name="replicas"/>, or one more when surging is allowed and comes nearer. A weight between nothing and
    /// everything leaves each at least one pod when there are two.
    /// </summary>
    public static (int Canary, int Stable) Nearest(int replicas, int weight, int maxWeight, int surge)
    {
        if (replicas == 0) return (0, 0);
        var exact = (double)replicas * weight / maxWeight;
        var (up, down) = ((int)Math.Ceiling(exact), (int)Math.Floor(exact));
        var zero = weight == maxWeight || weight == 0 || (replicas == 1 && surge == 0);
        List<(int Canary, int Total)> options = [];
        if (up < replicas || zero) options.Add((up, replicas));
        if (!Tied(replicas) && (down != 0 || zero)) options.Add((down, replicas));
        if (surge > 0)
        {
            options.Add((up, replicas + 1));
            if (!Tied(replicas + 1) && (down != 0 || zero)) options.Add((down, replicas + 1));
        }

        // Of equals the first: rather no surge, rather the larger canary.
        var (canary, total) = options.Count == 0 ? (0, replicas) : options.MinBy(one => Math.Abs((double)one.Canary * maxWeight / one.Total - weight));
        return (canary, total - canary);

        bool Tied(int pods)
        {
            var share = pods * ((double)weight / maxWeight);
            return share - Math.Floor(share) == 0.5;
        }
    }
}
