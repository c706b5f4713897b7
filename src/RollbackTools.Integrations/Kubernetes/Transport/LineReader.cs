using System.Buffers;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>A line of a stream, valid until the next is read. Cut: it was longer than the limit. Partial: the stream ended in it.</summary>
internal readonly record struct StreamLine(ReadOnlyMemory<byte> Bytes, bool IsCut, bool IsPartial);

/// <summary>Splits a stream into lines in one pooled buffer. Lines beyond the limit keep their beginning only.</summary>
internal sealed class LineReader(Stream stream, int limit) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _start;
    private int _scanned;
    private int _end;
    private bool _skipping;

    /// <summary>The next line, or null at the end of the stream.</summary>
    public async ValueTask<StreamLine?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var end = _scanned + newline;
                var line = _buffer.AsMemory(_start, end - _start);
                _start = _scanned = end + 1;
                if (!_skipping) return line.Length > limit ? Cut(line) : new StreamLine(line, false, false);
                _skipping = false;
                continue;
            }

            _scanned = _end;
            if (_skipping)
            {
                _start = _end;
            }
            else if (_end - _start > limit)
            {
                var line = _buffer.AsMemory(_start, limit);
                _start = _end;
                _skipping = true;
                return Cut(line);
            }

            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
            if (read > 0) _end += read;
            else return Last();
        }
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private StreamLine Cut(ReadOnlyMemory<byte> line) => new(line[..Math.Min(line.Length, limit)], true, false);

    private StreamLine? Last()
    {
        if (_skipping || _end == _start) return null;
        var line = _buffer.AsMemory(_start, _end - _start);
        _start = _scanned = _end;
        return new StreamLine(line, false, true);
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            _scanned = _end;
        }

        if (_end < _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
