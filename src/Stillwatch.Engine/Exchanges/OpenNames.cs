using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>What became of a member's name in <see cref="OpenNames"/>.</summary>
enum NameCheck
{
    First,

    /// <summary>The object has a name of this hash already: <see cref="OpenNames.AreTwins"/> says whether it is the same name.</summary>
    Twin,

    /// <summary>More than <see cref="OpenNames.MaxNames"/> names are open.</summary>
    TooMany,
}

/// <summary>The names of all objects a reader stands inside, as seeded hashes: finds the member that appears twice.</summary>
/// <remarks>
/// A stack of hashes, one stretch per open object, searched with vectors; an object with more than <see cref="SearchedNames"/>
/// members is also entered in a hash table. Names leave the table in the reverse order of their coming, so that linear probing needs no
/// marks for the deleted. The seed is random and secret: colliding names cannot be prepared. Allocates only to grow; at most 28 MB.
/// </remarks>
sealed class OpenNames
{
    /// <summary>Real bodies hold some hundred open names; this bounds what a hostile one costs.</summary>
    public const int MaxNames = 1 << 20;

    const int SearchedNames = 32;
    const int KeptCapacity = 1 << 16;
    const int FirstCapacity = 256;
    const ulong Prime = 0x9E3779B97F4A7C15;

    readonly int[] _objects = new int[ExchangeParser.MaxLiveDepth + 1]; // where each open object's names begin
    ulong[] _hashes = new ulong[FirstCapacity];
    int[] _starts = new int[FirstCapacity];                             // where each name's token begins in the body
    int[] _slots = [];                                                  // index into _hashes, plus one; 0 is empty
    XxHash3 _escaped;
    long _seed;
    int _count;
    int _depth;
    int _inTable;
    int _twin;
    int _newest;

    public OpenNames()
    {
        _escaped = new XxHash3();
        Reseed();
    }

    public void Clear()
    {
        if (_inTable > 0)
        {
            Array.Clear(_slots);
        }

        if (_hashes.Length > KeptCapacity)
        {
            (_hashes, _starts, _slots) = (new ulong[FirstCapacity], new int[FirstCapacity], []);
        }

        _count = _depth = _inTable = 0;
    }

    /// <summary>An object opens.</summary>
    public void Open() => _objects[_depth++] = _count;

    /// <summary>The innermost object closes.</summary>
    public void Close()
    {
        var start = _objects[--_depth];
        if (_count - start > SearchedNames)
        {
            RemoveFrom(start);
        }

        _count = start;
    }

    /// <summary>Takes the property name the reader stands on into the innermost object.</summary>
    public NameCheck Add(ref JsonTokens reader)
    {
        var hash = reader.ValueIsEscaped ? HashOfEscaped(reader.ValueSpan) : XxHash3.HashToUInt64(reader.ValueSpan, _seed);
        var start = _objects[_depth - 1];
        var own = _count - start;
        var twin = own > SearchedNames ? Find(hash, start) : _hashes.AsSpan(start, own).IndexOf(hash);
        if (twin >= 0)
        {
            _twin = _starts[own > SearchedNames ? twin : start + twin];
            _newest = reader.TokenStartIndex;
            return NameCheck.Twin;
        }

        if (_count == MaxNames)
        {
            return NameCheck.TooMany;
        }

        MakeRoom();
        _hashes[_count] = hash;
        _starts[_count++] = reader.TokenStartIndex;
        for (var i = own > SearchedNames ? _count - 1 : start; own >= SearchedNames && i < _count; i++)
        {
            Insert(i, start);
        }

        return NameCheck.First;
    }

    /// <summary>After <see cref="NameCheck.Twin"/>: whether the two names are the same once unescaped, and not only their hashes.</summary>
    public bool AreTwins(ReadOnlySpan<byte> body) => JsonText.SameText(JsonText.StringAt(body, _twin), JsonText.StringAt(body, _newest));

    /// <summary>Where the second of the twins begins.</summary>
    public int TwinStart => _newest;

    /// <summary>Takes another seed; the names taken in so far are void.</summary>
    public void Reseed()
    {
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        _seed = BitConverter.ToInt64(seed);
        _escaped = new XxHash3(_seed);
        Clear();
    }

    ulong HashOfEscaped(ReadOnlySpan<byte> raw)
    {
        Span<byte> plain = stackalloc byte[256];
        _escaped.Reset();
        while (raw.Length > 0)
        {
            _escaped.Append(plain[..JsonText.Unescape(raw, plain, out var consumed)]);
            raw = raw[consumed..];
        }

        return _escaped.GetCurrentHashAsUInt64();
    }

    int Find(ulong hash, int start)
    {
        var mask = _slots.Length - 1;
        for (var slot = HomeOf(hash, start); _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var index = _slots[slot] - 1;
            if (index >= start && _hashes[index] == hash)
            {
                return index;
            }
        }

        return -1;
    }

    int HomeOf(ulong hash, int start) => (int)(hash ^ ((ulong)start * Prime)) & (_slots.Length - 1);

    void Insert(int index, int start)
    {
        var slot = HomeOf(_hashes[index], start);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        _slots[slot] = index + 1;
        _inTable++;
    }

    void RemoveFrom(int start)
    {
        for (var index = _count - 1; index >= start; index--)
        {
            var slot = HomeOf(_hashes[index], start);
            while (_slots[slot] != index + 1)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = 0;
        }

        _inTable -= _count - start;
    }

    // Room for one name more, and for an object's first names to enter the table together with it.
    void MakeRoom()
    {
        if (_count == _hashes.Length)
        {
            Array.Resize(ref _hashes, _count * 2);
            Array.Resize(ref _starts, _count * 2);
        }

        if ((_inTable + SearchedNames + 1) * 2 <= _slots.Length)
        {
            return;
        }

        _slots = new int[Math.Max(FirstCapacity, _slots.Length * 2)];
        _inTable = 0;
        for (var i = 0; i < _depth; i++)
        {
            var end = i + 1 < _depth ? _objects[i + 1] : _count;
            for (var index = _objects[i]; end - _objects[i] > SearchedNames && index < end; index++)
            {
                Insert(index, _objects[i]);
            }
        }
    }
}
