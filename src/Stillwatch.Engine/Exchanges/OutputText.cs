using System.Buffers;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Gathers what a model says while it streams: the head and the tail of its text and the ids it was issued, as the log parser would keep them.</summary>
/// <remarks>Pooled memory grows with the text to at most 48 KiB and is given back by <see cref="Dispose"/>. Not thread-safe.</remarks>
public sealed class OutputText : IDisposable
{
    /// <summary>Longer ids are no ids and are not kept, bytes.</summary>
    public const int MaxIdBytes = 256;

    const int EndBytes = ParsedExchange.KeptBytesPerEnd;
    const int MaxBytes = 3 * EndBytes;
    const int FirstBytes = 128; // thousands of streams may stand still after their first word
    const int LongestCodePointBytes = 4;
    const int EscapeBytes = 6; // \ud83d

    readonly List<TextSlice> _issued = [];
    byte[] _text = [];
    byte[] _ids = [];
    int _length;
    int _idBytes;
    bool _isCut;        // bytes between head and tail were given up
    bool _beginsPart;
    bool _isEnded;
    int _heldSurrogate; // the high half of a pair whose other half may come with the next text; 0 for none

    /// <summary>The text as it is kept: whole up to 32 KiB, else head, LF and tail. Asking for it ends the gathering.</summary>
    public ReadOnlySpan<byte> Text
    {
        get
        {
            End();
            return _text.AsSpan(0, _length);
        }
    }

    /// <summary>How many ids are kept.</summary>
    public int IssuedIds => _issued.Count;

    /// <summary>One of the <see cref="IssuedIds"/>, in the order they came.</summary>
    public ReadOnlySpan<byte> IssuedId(int index) => _ids.AsSpan(_issued[index].Start, _issued[index].Length);

    /// <summary>The next text belongs to a new part: parts are joined by LF, as in a log's response.</summary>
    public void BeginPart()
    {
        FlushSurrogate();
        _beginsPart = true;
    }

    /// <summary>Adds text between the quotes of a JSON string, escapes and all. A surrogate pair may be cut between two calls.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Text"/> was asked for already.</exception>
    public void AppendEscaped(ReadOnlySpan<byte> raw)
    {
        if (_isEnded)
        {
            throw new InvalidOperationException("The output's text was read; nothing can be added to it.");
        }

        if (raw.IsEmpty)
        {
            return;
        }

        if (_heldSurrogate != 0)
        {
            raw = JoinSurrogate(raw);
        }

        if (EndsInHighSurrogate(raw))
        {
            _heldSurrogate = JsonText.CodeUnit(raw[^EscapeBytes..]);
            raw = raw[..^EscapeBytes];
        }

        Append(raw);
    }

    /// <summary>Adds an id we issued: the response's own, then tool calls'. The first <see cref="IdSlices.Capacity"/> are kept.</summary>
    /// <param name="id">As it stands between the quotes of a JSON string.</param>
    public void AddIssuedId(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty || id.Length > MaxIdBytes || _issued.Count == IdSlices.Capacity)
        {
            return;
        }

        if (_ids.Length < _idBytes + id.Length + LongestCodePointBytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _ids.Length, _idBytes + id.Length + LongestCodePointBytes));
            _ids.AsSpan(0, _idBytes).CopyTo(larger);
            Return(ref _ids);
            _ids = larger;
        }

        var written = JsonText.Unescape(id, _ids.AsSpan(_idBytes), out _);
        _issued.Add(new TextSlice(_idBytes, written));
        _idBytes += written;
    }

    /// <summary>Gives the memory back; what was gathered is gone.</summary>
    public void Dispose()
    {
        Return(ref _text);
        Return(ref _ids);
        _issued.Clear();
        _length = _idBytes = 0;
        _isEnded = true;
    }

    static void Return(ref byte[] pooled)
    {
        if (pooled.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(pooled);
            pooled = [];
        }
    }

    void Append(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty)
        {
            return;
        }

        if (_beginsPart)
        {
            _beginsPart = false;
            if (_length > 0)
            {
                Append("\n"u8);
            }
        }

        while (raw.Length > 0)
        {
            MakeRoom(raw.Length);
            _length += JsonText.Unescape(raw, _text.AsSpan(_length, Math.Min(_text.Length, MaxBytes) - _length), out var consumed);
            raw = raw[consumed..];
        }
    }

    // Room for at least one code point; when the buffer is at its largest, the last tail moves down to behind the head.
    void MakeRoom(int bytes)
    {
        if (MaxBytes - _length < LongestCodePointBytes)
        {
            KeepTail();
        }

        var needed = Math.Min(MaxBytes, _length + Math.Max(bytes, LongestCodePointBytes));
        if (_text.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Min(MaxBytes, Math.Max(needed, _text.Length * 2))));
            _text.AsSpan(0, _length).CopyTo(larger);
            Return(ref _text);
            _text = larger;
        }
    }

    void KeepTail()
    {
        _text.AsSpan(_length - EndBytes, EndBytes).CopyTo(_text.AsSpan(EndBytes));
        _length = 2 * EndBytes;
        _isCut = true;
    }

    void End()
    {
        if (_isEnded)
        {
            return;
        }

        FlushSurrogate();
        _isEnded = true;
        if (_length > 2 * EndBytes)
        {
            KeepTail();
        }

        if (_isCut)
        {
            _length = KeptText.JoinEnds(_text.AsSpan(0, _length + 1), EndBytes);
        }
    }

    void FlushSurrogate()
    {
        if (_heldSurrogate != 0)
        {
            _heldSurrogate = 0;
            Append("\uFFFD"u8);
        }
    }

    // The other half, if it comes, is the first thing of the next text.
    ReadOnlySpan<byte> JoinSurrogate(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < EscapeBytes || !raw.StartsWith("\\u"u8) || !char.IsLowSurrogate((char)JsonText.CodeUnit(raw)))
        {
            FlushSurrogate();
            return raw;
        }

        Span<byte> pair = stackalloc byte[LongestCodePointBytes];
        new System.Text.Rune((char)_heldSurrogate, (char)JsonText.CodeUnit(raw)).EncodeToUtf8(pair);
        _heldSurrogate = 0;
        Append(pair);
        return raw[EscapeBytes..];
    }

    static bool EndsInHighSurrogate(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < EscapeBytes || raw[^EscapeBytes] != (byte)'\\' || raw[^5] != (byte)'u' || !char.IsHighSurrogate((char)JsonText.CodeUnit(raw[^EscapeBytes..])))
        {
            return false;
        }

        var before = raw[..^EscapeBytes];
        return (before.Length - before.LastIndexOfAnyExcept((byte)'\\') - 1) % 2 == 0; // else the backslash is itself escaped
    }
}
