using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Takes <c>&lt;think&gt;…&lt;/think&gt;</c> (or <c>thinking</c>) off the beginning of a text that comes in pieces, cut anywhere: what a
/// server without a reasoning parser leaves there. The reasoning is lost to the client.
/// </summary>
/// <remarks>
/// <para>Only at the beginning, after white space or after reasoning taken off before: there it is where templates and models put it. A tag
/// in the middle is the answer's own word, and whoever is told about tags must not lose the rest of the answer.</para>
/// <para>Works on text as it is spelled in JSON, <c>\u003c</c> for the bracket included. Holds back nothing but an unfinished tag.</para>
/// <para>Not caught: reasoning whose opening tag was in the prompt, in a stream, since it has gone out before the closing tag shows it;
/// <c>beginsInside</c> is for such an upstream. In a whole text <see cref="LoneEnd"/> finds it.</para>
/// </remarks>
/// <param name="beginsInside">The text begins as reasoning; nothing passes before a closing tag.</param>
sealed class ThinkTags(bool beginsInside = false)
{
    const int MaxTagBytes = 11; // </thinking>

    readonly ArrayBufferWriter<byte> _held = new(MaxTagBytes * 6); // an unfinished tag as it was spelled
    readonly byte[] _tag = new byte[MaxTagBytes];
    int _tagBytes; // the same, plain
    State _state = beginsInside ? State.Inside : State.Beginning;
    bool _isLong; // the tag that opened was <thinking>
    bool _isEither = beginsInside;

    enum State
    {
        Beginning,
        Inside,
        Passing,
    }

    static ReadOnlySpan<byte> Open => "<think>"u8;

    static ReadOnlySpan<byte> OpenLong => "<thinking>"u8;

    static ReadOnlySpan<byte> Close => "</think>"u8;

    static ReadOnlySpan<byte> CloseLong => "</thinking>"u8;

    /// <summary>The rest of the text is the answer.</summary>
    public bool IsPassing => _state == State.Passing;

    /// <summary>Writes what of the next piece is answer, as it was spelled.</summary>
    public void Filter(ReadOnlySpan<byte> spelled, IBufferWriter<byte> kept)
    {
        var at = 0;
        while (at < spelled.Length && _state != State.Passing)
        {
            var start = at;
            var unit = RawText.NextUnit(spelled, ref at);
            Take(unit, spelled[start..at], kept);
        }

        kept.Write(spelled[at..]);
    }

    /// <summary>The text is over: an unfinished tag was none.</summary>
    public void Flush(IBufferWriter<byte> kept)
    {
        if (_state != State.Inside)
        {
            Release(kept);
        }

        _tagBytes = 0;
        _held.ResetWrittenCount();
    }

    /// <summary>
    /// Where the answer begins in a whole text that ends reasoning it never opened: behind a closing tag at the end of a line. 0:
    /// nowhere.
    /// </summary>
    public static int LoneEnd(ReadOnlySpan<byte> spelled)
    {
        for (var at = 0; at < spelled.Length;)
        {
            var start = at;
            var unit = RawText.NextUnit(spelled, ref at);
            if (unit == '<' && (Says(spelled[start..], Open) || Says(spelled[start..], OpenLong)))
            {
                return 0; // a text about tags
            }

            if (unit == '<' && (EndOf(spelled, start, Close) ?? EndOf(spelled, start, CloseLong)) is { } end)
            {
                var next = end;
                return end == spelled.Length || RawText.NextUnit(spelled, ref next) is '\n' or '\r' ? end : 0;
            }
        }

        return 0;
    }

    static bool Says(ReadOnlySpan<byte> spelled, ReadOnlySpan<byte> tag) => EndOf(spelled, 0, tag) is not null;

    static int? EndOf(ReadOnlySpan<byte> spelled, int at, ReadOnlySpan<byte> tag)
    {
        foreach (var expected in tag)
        {
            if (at >= spelled.Length || RawText.NextUnit(spelled, ref at) != expected)
            {
                return null;
            }
        }

        return at;
    }

    void Take(int unit, ReadOnlySpan<byte> spelled, IBufferWriter<byte> kept)
    {
        if (_state == State.Beginning && _tagBytes == 0 && unit is ' ' or '\n' or '\r' or '\t')
        {
            kept.Write(spelled);
            return;
        }

        Append(unit, spelled);
        if (_state == State.Inside && !IsTagBegun())
        {
            _tagBytes = 0; // "<" stands only at a tag's beginning: what failed here may begin one, nothing before it can
            _held.ResetWrittenCount();
            if (unit == '<')
            {
                Append(unit, spelled);
            }
        }
        else if (_state == State.Beginning && !IsTagBegun())
        {
            Release(kept);
            _state = State.Passing;
        }
        else if (IsTagWhole())
        {
            (_isLong, _isEither) = (_tagBytes == OpenLong.Length, false);
            _state = _state == State.Inside ? State.Beginning : State.Inside;
            _tagBytes = 0;
            _held.ResetWrittenCount();
        }
    }

    void Append(int unit, ReadOnlySpan<byte> spelled)
    {
        _held.Write(spelled);
        _tag[_tagBytes++] = unit < 0x80 ? (byte)unit : (byte)0;
    }

    bool IsTagBegun()
    {
        var tag = _tag.AsSpan(0, _tagBytes);
        return _state == State.Beginning ? Open.StartsWith(tag) || OpenLong.StartsWith(tag)
            : ((_isEither || !_isLong) && Close.StartsWith(tag)) || ((_isEither || _isLong) && CloseLong.StartsWith(tag));
    }

    bool IsTagWhole()
    {
        var tag = _tag.AsSpan(0, _tagBytes);
        return _state == State.Beginning ? tag.SequenceEqual(Open) || tag.SequenceEqual(OpenLong)
            : tag.SequenceEqual(Close) || tag.SequenceEqual(CloseLong);
    }

    void Release(IBufferWriter<byte> kept)
    {
        kept.Write(_held.WrittenSpan);
        _held.ResetWrittenCount();
    }
}
