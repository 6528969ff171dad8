using System.Runtime.InteropServices;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine;

/// <summary>Holds sketches until their epoch of event time is over, then hands them out in one fixed order, whoever delivered them when.</summary>
internal sealed class EpochBuffer
{
    /// <summary>Length of an epoch, milliseconds.</summary>
    public const long EpochMs = 600_000;

    /// <summary>How far times may go back in the input, milliseconds (contract 5.1).</summary>
    public const long DisorderMs = 300_000;

    const int MaxSpare = 2;

    readonly SortedDictionary<long, List<ExchangeSketch>> _open = [];
    readonly Stack<List<ExchangeSketch>> _spare = []; // a list of an epoch's size is dear to make
    Place[] _places = [];
    long _newestMs = long.MinValue;
    long _closedBeforeMs = long.MinValue;

    /// <summary>False when the sketch belongs to an epoch that is over.</summary>
    public bool TryAdd(in ExchangeSketch sketch)
    {
        if (sketch.TimeMs < _closedBeforeMs)
        {
            return false;
        }

        var epoch = Math.DivRem(sketch.TimeMs, EpochMs).Quotient;
        if (!_open.TryGetValue(epoch, out var sketches))
        {
            _open.Add(epoch, sketches = _spare.Count > 0 ? _spare.Pop() : []);
        }

        sketches.Add(sketch);
        _newestMs = Math.Max(_newestMs, sketch.TimeMs);
        return true;
    }

    /// <summary>The next epoch that is over, sorted by (time, order, account); null when none is.</summary>
    /// <param name="all">True at the end of the input: every epoch is over.</param>
    public (long EndMs, List<ExchangeSketch> Sketches)? TakeClosed(bool all)
    {
        if (_open.Count == 0)
        {
            return null;
        }

        var (epoch, sketches) = _open.First();
        var endMs = (epoch + 1) * EpochMs;
        if (!all && _newestMs - DisorderMs < endMs)
        {
            return null;
        }

        _open.Remove(epoch);
        _closedBeforeMs = endMs;
        Sort(CollectionsMarshal.AsSpan(sketches));
        return (endMs, sketches);
    }

    /// <summary>The epochs that are not over, as <see cref="TakeClosed"/> would hand them out now; they stay.</summary>
    public IEnumerable<(long EndMs, List<ExchangeSketch> Sketches)> Open()
    {
        foreach (var (epoch, sketches) in _open)
        {
            Sort(CollectionsMarshal.AsSpan(sketches));
            yield return ((epoch + 1) * EpochMs, sketches);
        }
    }

    /// <summary>Gives an epoch's list back when its sketches are used no more.</summary>
    public void Return(List<ExchangeSketch> sketches)
    {
        sketches.Clear();
        if (_spare.Count < MaxSpare)
        {
            _spare.Push(sketches);
        }
    }

    /// <summary>Sorts places and then moves each sketch once: they are half a kilobyte each, and mostly in order already.</summary>
    void Sort(Span<ExchangeSketch> sketches)
    {
        if (_places.Length < sketches.Length)
        {
            _places = new Place[Math.Max(sketches.Length, 2 * _places.Length)];
        }

        var places = _places.AsSpan(0, sketches.Length);
        var sorted = true;
        for (var i = 0; i < places.Length; i++)
        {
            ref readonly var sketch = ref sketches[i];
            places[i] = new Place(sketch.TimeMs, sketch.Order, sketch.Account, i);
            sorted &= i == 0 || places[i - 1].CompareTo(places[i]) <= 0;
        }

        if (sorted)
        {
            return;
        }

        places.Sort();
        for (var start = 0; start < places.Length; start++)
        {
            if (places[start].From == start)
            {
                continue;
            }

            // A cycle of moves: what stood at its start goes to its end.
            var first = sketches[start];
            var to = start;
            while (places[to].From is var from && from != start)
            {
                sketches[to] = sketches[from];
                places[to] = places[to] with { From = to };
                to = from;
            }

            sketches[to] = first;
            places[to] = places[to] with { From = to };
        }
    }

    readonly record struct Place(long TimeMs, ulong Order, ulong Account, int From) : IComparable<Place>
    {
        // From last: equal sketches keep the order they came in.
        public int CompareTo(Place other) => TimeMs != other.TimeMs ? TimeMs.CompareTo(other.TimeMs)
            : Order != other.Order ? Order.CompareTo(other.Order)
            : Account != other.Account ? Account.CompareTo(other.Account)
            : From.CompareTo(other.From);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_newestMs);
        writer.Write(_closedBeforeMs);
        writer.Write(_open.Count);
        foreach (var (epoch, sketches) in _open)
        {
            writer.Write(epoch);
            Sort(CollectionsMarshal.AsSpan(sketches)); // so that a snapshot does not tell who asked what before it
            writer.WriteAll<ExchangeSketch>(CollectionsMarshal.AsSpan(sketches));
        }
    }

    public void Read(BinaryReader reader)
    {
        _newestMs = reader.ReadInt64();
        _closedBeforeMs = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _open.Add(reader.ReadInt64(), [.. reader.ReadAll<ExchangeSketch>()]);
        }
    }
}
