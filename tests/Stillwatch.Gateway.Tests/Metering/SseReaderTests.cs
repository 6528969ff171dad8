using System.Diagnostics;
using System.Text;
using CsCheck;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

public sealed class SseReaderTests
{
    const string Lines = "event: a\ndata: 1\n\n: comment\n\ndata:2\nevent:b\nid: 7\nretry: 10\n\ndata: 3\ndata:\ndata:  4 \n\nevent: c\ndata\n\nother: x\n\n";

    static readonly string[] s_events = ["a|1", "|", "b|2", "|3\n\n 4 ", "c|", "|"];

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_line_end_and_every_split_give_the_same_events(string lineEnd)
    {
        var stream = Encoding.UTF8.GetBytes("\uFEFF" + Lines.Replace("\n", lineEnd));
        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second++)
            {
                Assert.Equal(s_events, Read(stream, [first, second]));
            }
        }

        Assert.Equal(s_events, Read(stream, Enumerable.Range(1, stream.Length - 1)));
    }

    [Fact]
    public void A_line_feed_that_comes_a_chunk_after_its_carriage_return_belongs_to_the_next_event_and_ends_no_line()
    {
        using var reader = new SseReader();
        ReadOnlySpan<byte> chunk = "data: 1\r\n\r"u8;
        Assert.True(reader.TryRead(ref chunk, out var frame));
        Assert.Equal("data: 1\r\n\r"u8, frame.Raw);
        Assert.False(reader.TryRead(ref chunk, out _));
        chunk = "\ndata: 2\r\n\r\n"u8;
        Assert.True(reader.TryRead(ref chunk, out frame));
        Assert.Equal("\ndata: 2\r\n\r\n"u8, frame.Raw);
        Assert.Equal("2"u8, frame.Data);
        Assert.True(chunk.IsEmpty);
        Assert.True(reader.Held.IsEmpty);
    }

    [Fact]
    public void A_byte_order_mark_is_one_only_at_the_start()
    {
        Assert.Equal(["|1", "|"], Read(Encoding.UTF8.GetBytes("\uFEFFdata: 1\n\n\uFEFFdata: 2\n\n"), []));
    }

    [Fact]
    public void What_the_stream_broke_off_in_is_held_and_no_event()
    {
        using var reader = new SseReader();
        ReadOnlySpan<byte> chunk = "data: 1\n\nevent: message_stop\ndata: {}\n"u8;
        Assert.True(reader.TryRead(ref chunk, out _));
        Assert.False(reader.TryRead(ref chunk, out _));
        Assert.Equal("event: message_stop\ndata: {}\n"u8, reader.Held);
    }

    [Fact]
    public void Any_bytes_in_any_chunks_come_out_as_they_went_in_and_read_alike()
    {
        var piece = Gen.OneOfConst("\r", "\n", "\r\n", "data", "event", ":", " ", "x", "{\"a\":1}", "\uFEFF", "id: 1");
        Gen.Select(piece.Array[0, 40], Gen.Int[0, 120].Array[0, 8]).Sample((pieces, cuts) =>
        {
            var stream = Encoding.UTF8.GetBytes(string.Concat(pieces));
            var events = Read(stream, cuts.Where(cut => cut < stream.Length).Order());
            Assert.Equal(Read(stream, []), events);
            var plain = string.Concat(pieces).Replace("\r\n", "\n").Replace('\r', '\n');
            Assert.Equal(Read(Encoding.UTF8.GetBytes(plain), []), events);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public void An_event_over_the_limit_passes_in_pieces_unread_and_is_counted_once(int chunkBytes)
    {
        var stream = Encoding.UTF8.GetBytes($"data: 1\n\ndata: {new string('x', SseReader.MaxFrameBytes)}\n\ndata: 2\n\n");
        var cuts = chunkBytes == 0 ? [] : Enumerable.Range(1, (stream.Length - 1) / chunkBytes).Select(i => i * chunkBytes);
        using var reader = new SseReader();
        Assert.Equal(["|1", "|2"], Read(stream, cuts, reader).Where(e => e != "|"));
        Assert.Equal(1, reader.Oversized);
    }

    [Fact]
    public void The_largest_event_allowed_is_read_however_it_comes()
    {
        var data = new string('x', SseReader.MaxFrameBytes - "data:\n\n".Length);
        var stream = Encoding.UTF8.GetBytes($"data:{data}\n\n");
        Assert.Equal(["|" + data], Read(stream, []));
        Assert.Equal(["|" + data], Read(stream, Enumerable.Range(1, 16).Select(i => i * 65_536).Where(cut => cut < stream.Length)));
    }

    [Fact]
    public void Whole_events_cost_no_allocation()
    {
        var stream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("event: content_block_delta\ndata: {\"type\":\"x\"}\n\n", 1000)));
        using var reader = new SseReader();
        Assert.Equal(1000, Count(reader, stream));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var events = Count(reader, stream);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, events);
    }

    [Fact]
    public void A_byte_at_a_time_costs_time_in_proportion_to_the_bytes()
    {
        var (small, large) = (Bytewise(20_000), Bytewise(20_000));
        for (var i = 0; i < 5; i++)
        {
            small = Math.Min(small, Bytewise(20_000));
            large = Math.Min(large, Bytewise(320_000));
        }

        Assert.InRange(large / small, 0, 16 * 6); // a search from the start at each byte would be 256 times
    }

    static double Bytewise(int length)
    {
        var stream = Encoding.UTF8.GetBytes($"data: {new string('x', length)}\n\n");
        using var reader = new SseReader();
        var clock = Stopwatch.GetTimestamp();
        var events = 0;
        foreach (var b in stream)
        {
            ReadOnlySpan<byte> chunk = [b];
            events += reader.TryRead(ref chunk, out _) ? 1 : 0;
        }

        Assert.Equal(1, events);
        return Stopwatch.GetElapsedTime(clock).TotalNanoseconds;
    }

    static int Count(SseReader reader, byte[] stream)
    {
        var events = 0;
        ReadOnlySpan<byte> chunk = stream;
        while (reader.TryRead(ref chunk, out _))
        {
            events++;
        }

        return events;
    }

    static List<string> Read(byte[] stream, IEnumerable<int> cuts, SseReader? given = null)
    {
        using var own = new SseReader();
        var reader = given ?? own;
        var events = new List<string>();
        var raw = new List<byte>();
        var from = 0;
        foreach (var cut in cuts.Append(stream.Length))
        {
            ReadOnlySpan<byte> chunk = stream.AsSpan(from, cut - from);
            from = cut;
            while (reader.TryRead(ref chunk, out var frame))
            {
                raw.AddRange(frame.Raw);
                events.Add($"{Encoding.UTF8.GetString(frame.Name)}|{Encoding.UTF8.GetString(frame.Data)}");
            }
        }

        raw.AddRange(reader.Held);
        Assert.Equal(stream, raw);
        return events;
    }
}
