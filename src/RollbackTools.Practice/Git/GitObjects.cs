using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RollbackTools.Practice.Git;

/// <summary>One object as git stores it.</summary>
internal sealed record GitObject(string Hash, string Type, byte[] Content);

/// <summary>One line of a tree.</summary>
internal sealed record TreeEntry(string Name, bool IsDirectory);

/// <summary>
/// Reads objects of one repository through a <c>git cat-file --batch</c> that stays open: no process per question. Questions wait
/// for one another. Thread-safe.
/// </summary>
internal sealed class GitObjects(GitTool git, string directory) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private Process? process;
    private bool closed;

    /// <summary>
    /// The object of this name (a SHA, <c>ref^{commit}</c>, <c>commit:path</c>); null when there is none, or when a short SHA
    /// could be several.
    /// </summary>
    public async Task<GitObject?> FindAsync(string name, CancellationToken cancellation)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny('\n', '\r', '\0')) return null;
        await turn.WaitAsync(cancellation);
        try
        {
            if (closed) throw new GitException("cat-file", 128, "fatal: the repository is closed");
            process ??= git.Start(directory, ["cat-file", "--batch"]);
            return await AskAsync(process, name, cancellation);
        }
        catch (Exception error)
        {
            // Half an answer may be left in the pipe: the next question gets a process of its own.
            Close();
            if (error is IOException) throw new GitException("cat-file", 128, $"fatal: {error.Message}");
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>What a directory of a commit holds; null when it has no such directory.</summary>
    public async Task<IReadOnlyList<TreeEntry>?> ListAsync(string commit, string path, CancellationToken cancellation) =>
        await FindAsync($"{commit}:{path}", cancellation) is { Type: "tree" } tree ? Entries(tree.Content) : null;

    /// <summary>Lets go of the process, and with it of packs that have been deleted since.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        Close();
        turn.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        closed = true;
        Close();
        turn.Release();
    }

    private static async Task<GitObject?> AskAsync(Process process, string name, CancellationToken cancellation)
    {
        var question = process.StandardInput.BaseStream;
        await question.WriteAsync(Encoding.UTF8.GetBytes(name + "\n"), cancellation);
        await question.FlushAsync(cancellation);
        var answer = process.StandardOutput.BaseStream;
        var header = await LineAsync(answer, cancellation);
        if (header.EndsWith(" missing", StringComparison.Ordinal) || header.EndsWith(" ambiguous", StringComparison.Ordinal)) return null;
        if (header.Split(' ') is not [var hash, var type, var size]) throw new GitException("cat-file", 0, $"unexpected answer: {header}");
        var content = new byte[int.Parse(size, CultureInfo.InvariantCulture)];
        await answer.ReadExactlyAsync(content, cancellation);
        await answer.ReadExactlyAsync(new byte[1], cancellation);
        return new GitObject(hash, type, content);
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> line = new(128);
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, cancellation);
            if (one[0] == (byte)'\n') return Encoding.UTF8.GetString(line.WrittenSpan);
            line.Write(one);
        }
    }

    /// <summary>A tree object: <c>mode SP name NUL hash</c>, again and again.</summary>
    private static List<TreeEntry> Entries(byte[] tree)
    {
        List<TreeEntry> entries = [];
        for (var rest = tree.AsSpan(); rest.Length > 0;)
        {
            var space = rest.IndexOf((byte)' ');
            var end = rest.IndexOf((byte)0);
            entries.Add(new TreeEntry(Encoding.UTF8.GetString(rest[(space + 1)..end]), rest[..space].SequenceEqual("40000"u8)));
            rest = rest[(end + 21)..];
        }

        return entries;
    }

    private void Close()
    {
        if (process is not { } old) return;
        process = null;
        old.Kill();
        old.Dispose();
    }
}
