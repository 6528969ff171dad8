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

    readonly SortedDictionary<long, List<ExchangeSketch>> _open = [];
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
            _open.Add(epoch, sketches = []);
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
        Sort(sketches);
        return (endMs, sketches);
    }

    /// <summary>The epochs that are not over, as <see cref="TakeClosed"/> would hand them out now; they stay.</summary>
    public IEnumerable<(long EndMs, List<ExchangeSketch> Sketches)> Open()
    {
        foreach (var (epoch, sketches) in _open)
        {
            Sort(sketches);
            yield return ((epoch + 1) * EpochMs, sketches);
        }
    }

    static void Sort(List<ExchangeSketch> sketches) => CollectionsMarshal.AsSpan(sketches).Sort(static (a, b) =>
        a.TimeMs != b.TimeMs ? a.TimeMs.CompareTo(b.TimeMs)
        : a.Order != b.Order ? a.Order.CompareTo(b.Order)
        : a.Account.CompareTo(b.Account));

    public void Write(BinaryWriter writer)
    {
        writer.Write(_newestMs);
        writer.Write(_closedBeforeMs);
        writer.Write(_open.Count);
        foreach (var (epoch, sketches) in _open)
        {
            writer.Write(epoch);
            Sort(sketches); // so that a snapshot does not tell who asked what before it
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
