using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RollbackTools.Integrations.Processes;

/// <summary>
/// Ends a process and all it started: a request to end first, then by force. A script's interpreter dies at once from the
/// request and orphans its children, so the family is written down before anyone is told.
/// </summary>
internal static class ProcessTree
{
    private const int Terminate = 15;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public static async Task EndAsync(Process root, TimeProvider time)
    {
        var family = Descendants(root.Id);
        if (!OperatingSystem.IsWindows())
        {
            Signal(root.Id);
            foreach (var member in family) Signal(member.Id);
            await WaitAsync(root, time).ConfigureAwait(false);
        }

        Kill(root);
        foreach (var member in family)
        {
            if (member.IsStillTheSame()) Kill(member.Id);
        }

        await root.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task WaitAsync(Process process, TimeProvider time)
    {
        using var grace = new CancellationTokenSource(Grace, time);
        try
        {
            await process.WaitForExitAsync(grace.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It had its chance.
        }
    }

    private static List<Member> Descendants(int root)
    {
        if (OperatingSystem.IsWindows()) return [];
        var children = ParentLinks().ToLookup(link => link.Parent, link => link.Id);
        var found = new List<Member>();
        var open = new Queue<int>([root]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var id in children[parent])
            {
                if (id == root || found.Exists(member => member.Id == id)) continue;
                found.Add(Member.Of(id));
                open.Enqueue(id);
            }
        }

        return found;
    }

    private static IEnumerable<(int Id, int Parent)> ParentLinks() => Directory.Exists("/proc/self") ? FromProc() : FromPs();

    // "42 (a name) S 17 …": the name may hold anything, so the fields are counted from its last bracket.
    private static IEnumerable<(int Id, int Parent)> FromProc()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(directory, "stat"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 1 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent))
                yield return (id, parent);
        }
    }

    private static IEnumerable<(int Id, int Parent)> FromPs()
    {
        using var ps = Process.Start(new ProcessStartInfo("/bin/ps", ["-A", "-o", "pid=,ppid="]) { RedirectStandardOutput = true });
        while (ps?.StandardOutput.ReadLine() is { } line)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 2 && int.TryParse(fields[0], out var id) && int.TryParse(fields[1], out var parent)) yield return (id, parent);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // Gone already, or not ours to kill.
        }
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            Kill(process);
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }

    private static void Signal(int id) => _ = SendSignal(id, Terminate);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int id, int signal);

    /// <summary>A process by id and start, because ids are used again.</summary>
    private sealed record Member(int Id, DateTime? StartedAt)
    {
        public static Member Of(int id) => new(id, StartOf(id));

        public bool IsStillTheSame() => StartedAt is not null && StartOf(Id) == StartedAt;

        private static DateTime? StartOf(int id)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                return process.HasExited ? null : process.StartTime;
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
            {
                return null;
            }
        }
    }
}
