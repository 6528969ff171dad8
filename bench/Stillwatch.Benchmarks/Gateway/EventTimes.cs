using System.Buffers.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// When the events of streams arrived, against when the mock wrote them. One per client thread. An event is *lumped* when it arrives less than
/// a quarter of the mock's gap after the one before, although the mock had left at least half its pace between the two.
/// </summary>
internal sealed class EventTimes(int paceMs)
{
    readonly long _leastGap = Math.Max(1, paceMs * 1_000_000L / 2);
    readonly byte[] _open = new byte[1 << 17]; // an event that has not ended, or a read's worth of them
    int _length;
    long _sentBefore;
    long _receivedBefore;

    /// <summary>Nanoseconds from the mock's write to the client's read, one per timed event.</summary>
    public List<long> Delays { get; } = new(1 << 12);

    /// <summary>Gaps that the mock left and that were compared.</summary>
    public long Gaps { get; private set; }

    public long Lumped { get; private set; }

    /// <summary>The longest wait of a client between two events, in nanoseconds, and by how much a gap grew at most.</summary>
    public long LongestGap { get; private set; }

    public long MostStretched { get; private set; }

    public int Events { get; private set; }

    public long FirstAt { get; private set; }

    public bool HasEnded { get; private set; }

    public void StartStream()
    {
        (_length, Events, FirstAt, HasEnded) = (0, 0, 0, false);
        _sentBefore = _receivedBefore = 0;
    }

    public void Append(ReadOnlySpan<byte> payload, long at)
    {
        payload.CopyTo(_open.AsSpan(_length));
        _length += payload.Length;
        var rest = _open.AsSpan(0, _length);
        while (rest.IndexOf("\n\n"u8) is >= 0 and var end)
        {
            Take(rest[..end], at);
            rest = rest[(end + 2)..];
        }

        rest.CopyTo(_open);
        _length = rest.Length;
    }

    /// <summary>Adds the sums of another thread.</summary>
    public void Add(EventTimes other)
    {
        Delays.AddRange(other.Delays);
        Gaps += other.Gaps;
        Lumped += other.Lumped;
        LongestGap = Math.Max(LongestGap, other.LongestGap);
        MostStretched = Math.Max(MostStretched, other.MostStretched);
    }

    void Take(ReadOnlySpan<byte> message, long at)
    {
        Events++;
        if (Events == 1)
        {
            FirstAt = at;
        }

        HasEnded |= message.StartsWith("event: message_stop"u8);
        var mark = message.IndexOf(MockReplies.TimeMark);
        if (mark < 0 || !Utf8Parser.TryParse(message.Slice(mark + MockReplies.TimeMark.Length, MockReplies.TimeDigits), out long sent, out _))
        {
            return;
        }

        Delays.Add(at - sent);
        if (_sentBefore > 0 && sent - _sentBefore >= _leastGap)
        {
            var (wrote, got) = (sent - _sentBefore, at - _receivedBefore);
            Gaps++;
            Lumped += got < wrote / 4 ? 1 : 0;
            LongestGap = Math.Max(LongestGap, got);
            MostStretched = Math.Max(MostStretched, got - wrote);
        }

        (_sentBefore, _receivedBefore) = (sent, at);
    }
}
