using System.Runtime.InteropServices;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Sketches;

public sealed class SketchCodecTests
{
    [Fact]
    public void Every_sketch_comes_back_exactly()
    {
        var world = new SmallWorld(benign: 40, campaign: 5);
        foreach (var sketch in world.Sketches().Append(default).Append(Filled(ulong.MaxValue)).Append(Filled(1)))
        {
            Assert.True(SketchCodec.TryDecode(SketchCodec.Encode(sketch), out var back));
            Assert.Equal(Bytes(sketch), Bytes(back));
        }
    }

    [Fact]
    public void Empty_slots_cost_nothing()
    {
        var empty = SketchCodec.Encode(default).Length;
        Assert.InRange(empty, 1, 12);
        var one = default(ExchangeSketch);
        one.Said[5] = 7;
        Assert.Equal(empty + 8, SketchCodec.Encode(one).Length);
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_never_thrown_at()
    {
        var bytes = SketchCodec.Encode(Filled(0x0123456789ABCDEF));
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(SketchCodec.TryDecode(bytes.AsSpan(0, i), out _));
        }

        Assert.False(SketchCodec.TryDecode([.. bytes, 0], out _));
        var random = new Bodies(3);
        for (var round = 0; round < 20_000; round++)
        {
            var copy = bytes[..(bytes.Length - (8 * random.Below(3)))];
            copy[1 + random.Below(copy.Length - 1)] = (byte)random.Below(256);
            if (SketchCodec.TryDecode(copy, out var sketch))
            {
                Assert.InRange(sketch.KeyCount, 0, ContentKeys.Capacity);
            }
        }
    }

    [Fact]
    public void Another_version_is_refused()
    {
        var bytes = SketchCodec.Encode(default);
        bytes[0]++;
        Assert.False(SketchCodec.TryDecode(bytes, out _));
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
