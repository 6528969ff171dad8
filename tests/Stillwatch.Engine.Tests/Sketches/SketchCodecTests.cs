using System.Runtime.InteropServices;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Sketches;

public sealed class SketchCodecTests
{
    readonly byte[] _bytes = new byte[SketchCodec.MaxBytes];

    [Fact]
    public void Every_sketch_comes_back_exactly()
    {
        var world = new SmallWorld(benign: 40, campaign: 5);
        foreach (var sketch in world.Sketches().Append(default).Append(Filled(ulong.MaxValue)).Append(Filled(1)))
        {
            var length = SketchCodec.Write(sketch, _bytes);
            Assert.Equal(SketchFault.None, SketchCodec.Read(_bytes.AsSpan(0, length), out var back));
            Assert.Equal(Bytes(sketch), Bytes(back));
        }
    }

    [Fact]
    public void Empty_slots_cost_nothing()
    {
        Assert.Equal(17, SketchCodec.Write(default, _bytes));
        var one = default(ExchangeSketch);
        one.Said[5] = 7;
        Assert.Equal(25, SketchCodec.Write(one, _bytes));
        Assert.InRange(SketchCodec.Write(Filled(ulong.MaxValue), _bytes), 400, SketchCodec.MaxBytes);
    }

    [Fact]
    public void Damaged_bytes_are_a_fault_and_never_a_throw()
    {
        var length = SketchCodec.Write(Filled(0x0123456789ABCDEF), _bytes);
        for (var i = 0; i < length; i++)
        {
            Assert.Equal(SketchFault.Damaged, SketchCodec.Read(_bytes.AsSpan(0, i), out _));
        }

        Assert.Equal(SketchFault.Damaged, SketchCodec.Read(_bytes.AsSpan(0, length + 1), out _));
        var random = new Bodies(3);
        for (var round = 0; round < 20_000; round++)
        {
            var copy = _bytes[..(length - random.Below(3))];
            copy[1 + random.Below(copy.Length - 1)] = (byte)random.Below(256);
            if (SketchCodec.Read(copy, out var sketch) == SketchFault.None)
            {
                Assert.InRange(sketch.KeyCount, 0, ContentKeys.Capacity);
            }
        }
    }

    [Fact]
    public void Another_version_is_named_so()
    {
        var length = SketchCodec.Write(default, _bytes);
        _bytes[0] = 2;
        Assert.Equal(SketchFault.OtherVersion, SketchCodec.Read(_bytes.AsSpan(0, length), out _));
    }

    static ExchangeSketch Filled(ulong value)
    {
        var sketch = default(ExchangeSketch);
        (sketch.TimeMs, sketch.Account, sketch.Organization, sketch.Order) = ((long)value, value, value, value);
        (sketch.Item, sketch.Task, sketch.Network, sketch.Tls) = (value, value, value, value);
        (sketch.Model, sketch.NewUserTokens, sketch.OutputTokens, sketch.App) = (int.MaxValue, int.MinValue, -1, 3);
        (sketch.Traits, sketch.Cues, sketch.KeyCount) = ((ExchangeTraits)ushort.MaxValue, (Capabilities)byte.MaxValue, ContentKeys.Capacity);
        ((Span<ulong>)sketch.Keys).Fill(value);
        ((Span<ulong>)sketch.Said).Fill(value);
        ((Span<ulong>)sketch.Heard).Fill(value);
        ((Span<ulong>)sketch.Issued).Fill(value);
        ((Span<ulong>)sketch.Presented).Fill(value);
        return sketch;
    }

    static byte[] Bytes(ExchangeSketch sketch) => MemoryMarshal.AsBytes(new ReadOnlySpan<ExchangeSketch>(in sketch)).ToArray();
}
