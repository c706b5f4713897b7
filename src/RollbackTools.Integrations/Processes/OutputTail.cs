using System.Text;

namespace RollbackTools.Integrations.Processes;

/// <summary>Keeps the last lines of an output, however long it or its lines are.</summary>
internal sealed class OutputTail(int lines = 50, int lineLength = 2000)
{
    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _line = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return _line.Length > 0 ? [.. _lines.Append(_line.ToString()).TakeLast(lines)] : [.. _lines];
        }
    }

    public async Task ReadAsync(Stream output, Action abort)
    {
        using var reader = new StreamReader(output, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            lock (_gate) Add(buffer.AsSpan(0, read));
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c == '\n') EndLine();
            else if (c != '\r' && _line.Length < lineLength) _line.Append(c);
        }
    }

    private void EndLine()
    {
        _lines.Enqueue(_line.ToString());
        _line.Clear();
        while (_lines.Count > lines) _lines.Dequeue();
    }
}
