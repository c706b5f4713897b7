using System.Text;

namespace RollbackTools.Practice.Kubernetes.Api.Protobuf;

/// <summary>The fields of one protobuf message, as they come. Throws <see cref="FormatException"/> when the bytes end early.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> rest = rest;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>The value of a numeric field.</summary>
    public long Value { get; private set; }

    /// <summary>The content of a length-delimited field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    public bool Read()
    {
        if (rest.IsEmpty) return false;
        var tag = Varint();
        Number = (int)(tag >> 3);
        Value = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Value = (long)Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                var length = Varint();
                if (length > (ulong)rest.Length) throw new FormatException("unexpected EOF");
                Bytes = Take((int)length);
                break;
            case 5:
                Take(4);
                break;
            default:
                throw new FormatException($"illegal wire type {tag & 7}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length) throw new FormatException("unexpected EOF");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw new FormatException("integer overflow");
    }
}
