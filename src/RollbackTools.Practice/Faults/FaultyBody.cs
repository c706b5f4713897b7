using Microsoft.AspNetCore.Http;

namespace RollbackTools.Practice.Faults;

/// <summary>A response body that dawdles, or breaks off after so many bytes by aborting the connection.</summary>
internal sealed class FaultyBody(Stream inner, HttpContext http, TimeSpan pause, long? limit, TimeProvider time) : Stream
{
    private long written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (pause > TimeSpan.Zero) await Task.Delay(pause, time, cancellationToken);
        var room = limit is { } most ? Math.Max(0, most - written) : long.MaxValue;
        var block = buffer.Length > room ? buffer[..(int)room] : buffer;
        await inner.WriteAsync(block, cancellationToken);
        written += block.Length;
        if (pause > TimeSpan.Zero || block.Length < buffer.Length) await inner.FlushAsync(cancellationToken);
        if (block.Length < buffer.Length) http.Abort();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("Only asynchronous writes.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writes.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
