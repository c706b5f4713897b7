namespace RollbackTools.Practice.Faults;

/// <summary>
/// The faults in force. Every random choice comes from the seed, so one seed and one order of requests give one set of faults.
/// Thread-safe.
/// </summary>
public sealed class FaultPlan(int seed = 0)
{
    private readonly object gate = new();
    private readonly List<Armed> armed = [];
    private Random random = new(seed);
    private volatile bool any;

    /// <summary>How often each rule has struck, in the order they were added.</summary>
    public IReadOnlyList<(FaultRule Rule, int Struck)> Rules
    {
        get { lock (gate) return [.. armed.Select(one => (one.Rule, one.Struck))]; }
    }

    public void Add(FaultRule rule)
    {
        lock (gate)
        {
            armed.Add(new Armed(rule));
            any = true;
        }
    }

    /// <summary>Ends all faults; with a seed, the generator starts over from it.</summary>
    public void Clear(int? newSeed = null)
    {
        lock (gate)
        {
            armed.Clear();
            any = false;
            if (newSeed is { } value) random = new Random(value);
        }
    }

    /// <summary>Ends some faults and leaves the others.</summary>
    public void Remove(Predicate<FaultRule> which)
    {
        lock (gate)
        {
            armed.RemoveAll(one => which(one.Rule));
            any = armed.Count > 0;
        }
    }

    /// <summary>The faults that strike this request, at most one of each kind. Counts them.</summary>
    public IReadOnlyList<FaultRule> Strike(FaultTarget target)
    {
        if (!any) return [];
        List<FaultRule> struck = [];
        lock (gate)
        {
            foreach (var one in armed)
            {
                if (!one.Rule.Matches(target) || struck.Any(rule => rule.Kind == one.Rule.Kind)) continue;
                if (++one.Seen <= one.Rule.After) continue;
                if (one.Rule.Times is { } times && one.Struck >= times) continue;
                if (one.Rule.Probability < 1 && random.NextDouble() >= one.Rule.Probability) continue;
                one.Struck++;
                struck.Add(one.Rule);
            }
        }

        return struck;
    }

    private sealed class Armed(FaultRule rule)
    {
        public FaultRule Rule { get; } = rule;

        public int Seen { get; set; }

        public int Struck { get; set; }
    }
}
