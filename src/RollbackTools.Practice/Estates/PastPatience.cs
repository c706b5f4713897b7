using RollbackTools.Practice.Helm;

namespace RollbackTools.Practice.Estates;

/// <summary>Waits in a past: what is due happens at once, and time passes as fast as it can be looked at.</summary>
internal sealed class PastPatience(EstatePast past) : IHelmPatience
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    public async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> so, TimeSpan atMost, CancellationToken cancellation)
    {
        var end = past.Now + atMost;
        while (!await so(cancellation))
        {
            if (past.Now >= end) return false;
            await past.UnfoldAsync(Step, cancellation);
            if (await so(cancellation)) return true;
            await past.PassAsync(Step, cancellation);
        }

        return true;
    }
}
