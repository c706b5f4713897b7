using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RollbackTools.Integrations.Helm;
using RollbackTools.Operations.Estate.Helm;

namespace RollbackTools.Tests.Integrations.Helm;

/// <summary>Helm's packing: what comes out is what went in, and what cannot be read says why and costs little.</summary>
public sealed class HelmCodecTests
{
    [Fact]
    public void Whatever_is_packed_comes_out_again() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261125, 3),
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var json = Encoding.UTF8.GetBytes($"{{\"manifest\":{System.Text.Json.JsonSerializer.Serialize(text.Get)}}}");
            Assert.Equal(json, HelmCodec.Decode(HelmCodec.Encode(json)));
        }));

    [Fact]
    public void Another_program_unpacks_what_we_packed() =>
        Assert.Equal(HelmRecords.Helm4(), HelmRecords.Unpack(Encoding.ASCII.GetString(HelmCodec.Encode(Encoding.UTF8.GetBytes(HelmRecords.Helm4())))));

    [Fact]
    public void A_record_from_before_Helm_compressed_is_read() =>
        Assert.Equal("{\"name\":\"api\"}", Decode(Convert.ToBase64String("{\"name\":\"api\"}"u8)));

    [Fact]
    public void Damage_anywhere_is_an_error_or_the_same_record_and_never_something_else()
    {
        var packed = HelmRecords.Gzip(Encoding.UTF8.GetBytes(HelmRecords.Helm3()));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261125, 5), Prop.ForAll(
            Gen.Choose(0, packed.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), damage =>
            {
                var damaged = (byte[])packed.Clone();
                damaged[damage.Item1] ^= (byte)damage.Item2;
                string? read = null;
                try
                {
                    read = Decode(Convert.ToBase64String(damaged));
                }
                catch (InvalidDataException)
                {
                    // Said so.
                }

                // The header's time and flags are not checked by anybody; a first byte that is no gzip any more makes it plain JSON, which it is not.
                if (damage.Item1 > 9 && read is not null) Assert.Equal(HelmRecords.Helm3(), read);
            }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(200)]
    public void A_record_that_is_cut_off_is_said_to_be(int bytes)
    {
        var packed = HelmRecords.Gzip(Encoding.UTF8.GetBytes(HelmRecords.Helm3()))[..bytes];

        // One byte is no gzip any more, and no JSON either, which is for the reader of records to say.
        if (bytes != 1) Assert.Matches("^it is empty$|cut off", Refusal(Convert.ToBase64String(packed)));
        else Assert.Null(Refusal(Convert.ToBase64String(packed)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("H4sI*", "it is not base64")]
    [InlineData("H4sIAAAAA", "it is not base64")]
    public void What_is_not_base64_is_said_to_be(string stored, string why) => Assert.StartsWith(why, Refusal(stored));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.Equal("it holds bytes that are not UTF-8", Refusal(Convert.ToBase64String(HelmRecords.Gzip([(byte)'"', 0xff, (byte)'"']))));

    [Fact]
    public void A_bomb_is_refused_before_it_is_unpacked()
    {
        var bomb = Convert.ToBase64String(HelmRecords.Gzip(new byte[20 * 1024 * 1024]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var why = Refusal(bomb);

        Assert.Matches("^it unpacks to \\d+ times its size, as only a gzip bomb does$", why);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512 * 1024);
    }

    [Fact]
    public void A_bomb_that_lies_about_its_size_is_unpacked_as_far_as_it_said()
    {
        var packed = HelmRecords.Gzip(new byte[80 * 1024 * 1024]);
        BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(^4..), 1000);
        var bomb = Convert.ToBase64String(packed);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var why = Refusal(bomb);

        Assert.Contains("length", why, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void What_would_be_larger_than_any_record_is_refused()
    {
        var packed = HelmRecords.Gzip(Encoding.UTF8.GetBytes(HelmRecords.Helm3()));
        BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(^4..), 65 * 1024 * 1024);

        Assert.StartsWith("its gzip data says that it unpacks to 65 MiB, more than the 64 MiB that are read", Refusal(Convert.ToBase64String(packed)));
    }

    [Fact]
    public void Half_a_megabyte_stored_costs_little_more_than_the_record_it_holds()
    {
        var json = Large();
        var stored = HelmCodec.Encode(json);
        var copy = (byte[])stored.Clone();
        HelmCodec.Decode(copy);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = HelmCodec.Decode(stored);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(stored.Length, 400_000, 800_000);
        Assert.True(allocated < read.Length + 200_000, $"{allocated} bytes for a record of {read.Length}");
    }

    [Fact]
    public void What_no_object_can_hold_is_refused()
    {
        var noise = new byte[900_000];
        new System.Random(7).NextBytes(noise);

        var error = Assert.Throws<InvalidDataException>(() => HelmCodec.Encode(Encoding.ASCII.GetBytes(Convert.ToBase64String(noise))));

        Assert.Matches(@"^it takes \d+ KiB stored, and a Secret or ConfigMap holds 1024 KiB$", error.Message);
    }

    // Text that shrinks about as a manifest does.
    private static byte[] Large()
    {
        System.Random random = new(11);
        StringBuilder json = new("{\"manifest\":\"");
        while (json.Length < 2_400_000) json.Append($"  value-{random.Next():x}: \\\"{random.Next(1000)}\\\"\\n    labels:\\n      app: api\\n");
        return Encoding.UTF8.GetBytes(json.Append("\"}").ToString());
    }

    private static string Decode(string stored) => Encoding.UTF8.GetString(HelmCodec.Decode(Encoding.UTF8.GetBytes(stored)));

    private static string? Refusal(string stored) => Record.Exception(() => Decode(stored)) is InvalidDataException error ? error.Message : null;
}
