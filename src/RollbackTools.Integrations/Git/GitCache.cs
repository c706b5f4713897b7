using System.Security.Cryptography;
using System.Text;
using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// A bare repository of our own for one remote, holding only what was needed of it. Everything in it can be fetched again, so
/// it may be deleted at any time. Two processes may use it at once: what changes its refs or its depth is done under a lock.
/// </summary>
internal sealed class GitCache(string url, HostEnvironment host)
{
    public const string Remote = "origin";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly string _parent = Path.Combine(host.CacheDirectory, "rollbacktools", "git");

    // What ids are made with: the remote's way. It is known once a cache was made for it.
    private string? _format;

    public string Directory => Path.Combine(_parent, Key(url) + ".git");

    /// <summary>Makes the repository if it is not there. Two that make it at once make the same, and the first stays.</summary>
    public void Ensure()
    {
        if (File.Exists(Path.Combine(Directory, "HEAD")))
        {
            _format ??= File.ReadAllText(Path.Combine(Directory, "config")).Contains("objectFormat = sha256", StringComparison.Ordinal) ? "sha256" : "sha1";
            return;
        }

        CreatePrivate(_parent);
        var draft = Path.Combine(_parent, Path.GetRandomFileName());
        CreatePrivate(draft);
        CreatePrivate(Path.Combine(draft, "objects"));
        CreatePrivate(Path.Combine(draft, "refs"));
        File.WriteAllText(Path.Combine(draft, "HEAD"), "ref: refs/heads/none\n");
        File.WriteAllText(Path.Combine(draft, "config"), $"""
            [core]
            	repositoryformatversion = 1
            	bare = true
            [extensions]
            	partialClone = {Remote}
            	objectFormat = {_format ?? "sha1"}
            [remote "{Remote}"]
            	url = "{url.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}"
            	promisor = true
            	partialclonefilter = blob:none

            """);
        try
        {
            if (System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true); // Half a repository.
            System.IO.Directory.Move(draft, Directory);
        }
        catch (IOException) when (File.Exists(Path.Combine(Directory, "HEAD")))
        {
            System.IO.Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>The only one to change this cache's refs and depth, until disposed. The system lets go when a process dies.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellation)
    {
        CreatePrivate(_parent);
        FileStream? held;
        while ((held = TryHold()) is null) await Task.Delay(Poll, host.Time, cancellation).ConfigureAwait(false);
        Ensure();
        RemoveStaleLocks();
        return held;
    }

    /// <summary>Throws everything away; only under the lock.</summary>
    /// <param name="format">What the remote makes its ids with, sha1 or sha256; null: as before.</param>
    public void Reset(string? format = null)
    {
        _format = format ?? _format;
        System.IO.Directory.Delete(Directory, recursive: true);
        Ensure();
    }

    private FileStream? TryHold()
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var path = Path.Combine(_parent, Key(url) + ".lock");
        try
        {
            return new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    // A git that was killed leaves its lock files, and no other git would ever go on. Under our lock nobody holds them.
    private void RemoveStaleLocks()
    {
        foreach (var name in (string[])["shallow.lock", "config.lock", "packed-refs.lock"]) File.Delete(Path.Combine(Directory, name));
        var refs = Path.Combine(Directory, "refs");
        foreach (var file in System.IO.Directory.EnumerateFiles(refs, "*.lock", SearchOption.AllDirectories)) File.Delete(file);
    }

    private static void CreatePrivate(string directory)
    {
        if (OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(directory);
        else System.IO.Directory.CreateDirectory(directory, Private);
    }

    // Recognisable to whoever looks, and one for each remote.
    private static string Key(string url)
    {
        var last = url.TrimEnd('/').Split('/', ':')[^1];
        if (last.EndsWith(".git", StringComparison.Ordinal)) last = last[..^4];
        var name = new string([.. last.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(40)]);
        return $"{name}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(url)))[..16].ToLowerInvariant()}";
    }
}
