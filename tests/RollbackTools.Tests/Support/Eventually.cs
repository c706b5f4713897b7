namespace RollbackTools.Tests.Support;

internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            if (Environment.TickCount64 > deadline) throw new TimeoutException($"Waited 30 s for {what}.");
            await Task.Delay(5);
        }
    }
}
