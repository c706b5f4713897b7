namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>A hook of a bare repository that waits: a push that reached it is neither refused nor answered until it is released.</summary>
internal sealed class HeldPush : IDisposable
{
    private readonly string hook;
    private readonly string hold;

    public HeldPush(string repository, string hookName)
    {
        hook = Path.Combine(repository, "hooks", hookName);
        hold = Path.Combine(repository, $"{hookName}-hold");
        File.WriteAllText(hold, "");
        File.WriteAllText(hook, $"#!/bin/sh\ntouch '{hold}-begun'\nwhile [ -f '{hold}' ]; do sleep 0.02; done\ntouch '{hold}-ended'\nexit 0\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Whether a push has arrived.</summary>
    public bool IsHeld => File.Exists($"{hold}-begun");

    public void Release()
    {
        File.Delete(hold);
        // The script that runs has been read; the next push is let through.
        File.Delete(hook);
    }

    /// <summary>Waits until the push that was held has gone its way.</summary>
    public async Task EndsAsync()
    {
        while (!File.Exists($"{hold}-ended")) await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
    }

    public void Dispose() => File.Delete(hold);
}
