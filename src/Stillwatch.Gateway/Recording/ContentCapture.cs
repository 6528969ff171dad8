using System.Buffers;
using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Recording;

/// <summary>
/// What one exchange's line of the content log needs beside its sketch: who called, and what the model said. Exists only when the
/// operator logs content.
/// </summary>
/// <remarks>
/// Fed by the same reading that feeds the sketch, so that a scan of the line sees the same texts and ids. Bounded; not thread-safe.
/// </remarks>
sealed class ContentCapture
{
    /// <summary>Of a response; what is longer is left out.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    readonly ArrayBufferWriter<byte> _text = new(1024);
    readonly List<TextSlice> _parts = [];
    readonly List<byte[]> _toolUses = [];
    bool _beginsPart = true;

    public string? Ip { get; private set; }

    public string? UserAgent { get; private set; }

    public string? Ja4 { get; private set; }

    /// <summary>The whole response as the caller got it; null for streams, and when it is too long or was not whole.</summary>
    public byte[]? Body { get; private set; }

    /// <summary>The response is longer than <see cref="MaxBytes"/>: its text is left out.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Why the model stopped, in the upstream's word, as it stands in the JSON.</summary>
    public byte[]? Stop { get; private set; }

    /// <summary>Texts of the response, as they stand between the quotes of JSON strings.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Texts => _parts.Select(part => _text.WrittenMemory.Slice(part.Start, part.Length));

    /// <summary>Ids of the tool calls.</summary>
    public IReadOnlyList<byte[]> ToolUses => _toolUses;

    public void NoteClient(ParsedExchange request)
    {
        Ip = Text(request[request.Ip]);
        UserAgent = Text(request[request.UserAgent]);
        Ja4 = Text(request[request.Ja4]);
    }

    public void KeepBody(ReadOnlySpan<byte> body, bool isWhole)
    {
        IsTooLong |= body.Length > MaxBytes || !isWhole;
        Body = IsTooLong ? null : body.ToArray();
    }

    public void BeginPart() => _beginsPart = true;

    public void AddText(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty || IsTooLong || (IsTooLong = _text.WrittenCount + raw.Length > MaxBytes))
        {
            return;
        }

        if (_beginsPart || _parts.Count == 0)
        {
            _beginsPart = false;
            _parts.Add(new TextSlice(_text.WrittenCount, 0));
        }

        _text.Write(raw);
        _parts[^1] = _parts[^1] with { Length = _parts[^1].Length + raw.Length };
    }

    public void AddToolUse(ReadOnlySpan<byte> id)
    {
        if (_toolUses.Count < IdSlices.Capacity)
        {
            _toolUses.Add(id.ToArray());
        }
    }

    public void NoteStop(ReadOnlySpan<byte> reason) => Stop = reason.Length <= OutputText.MaxIdBytes ? reason.ToArray() : null;

    static string? Text(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes);
}
