namespace Stillwatch.Engine.Exchanges;

/// <summary>One log line taken apart, as UTF-8 slices of a buffer that the next line reuses.</summary>
/// <remarks>
/// Filled by <see cref="ExchangeParser"/>, read once by the sketcher, then overwritten: no text outlives the sketch.
/// Not thread-safe; each worker owns one. Texts are unescaped, valid UTF-8 (a lone surrogate becomes U+FFFD and is no error).
/// A text longer than its limit is kept as its head, a line feed, and its tail, both cut between code points: 16 KiB each for
/// user text, prior output and response; 128 KiB each for the system prompt and the tools, which are nearly always whole.
/// </remarks>
public sealed class ParsedExchange
{
    byte[] _buffer = new byte[64 * 1024];
    int _used;
    IdSlices _issuedIds;
    IdSlices _presentedIds;

    /// <summary>Unix time, milliseconds.</summary>
    public long TimeMs { get; set; }

    public ExchangeApi Api { get; set; }

    public bool Batch { get; set; }

    /// <summary>HTTP status, 0 when the log does not say.</summary>
    public int Status { get; set; }

    /// <summary>Autonomous system number, 0 when unknown.</summary>
    public long Asn { get; set; }

    public bool Stream { get; set; }

    /// <summary>0 when absent.</summary>
    public int MaxTokens { get; set; }

    /// <summary>Negative when absent.</summary>
    public double Temperature { get; set; }

    public TextSlice Id { get; set; }

    public TextSlice Account { get; set; }

    public TextSlice Organization { get; set; }

    public TextSlice Key { get; set; }

    public TextSlice App { get; set; }

    public TextSlice Ip { get; set; }

    public TextSlice UserAgent { get; set; }

    public TextSlice Ja4 { get; set; }

    public TextSlice EndUser { get; set; }

    public TextSlice Session { get; set; }

    /// <summary><c>request.model</c>.</summary>
    public TextSlice Model { get; set; }

    /// <summary>The system prompt, parts joined by LF. OpenAI: messages of role <c>system</c> or <c>developer</c>.</summary>
    public TextSlice System { get; set; }

    /// <summary>The <c>tools</c> array, its JSON bytes verbatim.</summary>
    public TextSlice Tools { get; set; }

    /// <summary>Text of the latest assistant turn in the request: our own earlier output, as the caller gives it back.</summary>
    public TextSlice PriorOutput { get; set; }

    /// <summary>
    /// User text after the last assistant turn, parts joined by LF, tool results left out. A request that ends with an assistant
    /// turn is a prefill, the caller's own words: then this is the user text before it, and that turn is not counted as output.
    /// </summary>
    public TextSlice NewUserText { get; set; }

    /// <summary>Text of the first user turn of the conversation; equals <see cref="NewUserText"/> on a first turn. Names the task.</summary>
    public TextSlice FirstUserText { get; set; }

    /// <summary>What the model said: text parts joined by LF.</summary>
    public TextSlice ResponseText { get; set; }

    /// <summary>Assistant turns inside the request.</summary>
    public int AssistantTurns { get; set; }

    /// <summary>Tool results inside the request, over all turns.</summary>
    public int ToolResults { get; set; }

    public bool HasResponse { get; set; }

    /// <summary>Whether <c>response.usage</c> was stated.</summary>
    public bool HasUsage { get; set; }

    public TokenUsage Usage { get; set; }

    /// <summary>Tool calls inside the response.</summary>
    public int ResponseToolUses { get; set; }

    /// <summary>Bytes of user text beyond the head and tail that are kept; counted, never sketched.</summary>
    public long UnsketchedBytes { get; set; }

    /// <summary>Ids issued by us in this response: the message id and tool-call ids. The first <see cref="IdSlices.Capacity"/>.</summary>
    public ref IdSlices IssuedIds => ref _issuedIds;

    /// <summary>Ids of ours that the caller presents in this request: tool-call ids. The last <see cref="IdSlices.Capacity"/>.</summary>
    public ref IdSlices PresentedIds => ref _presentedIds;

    /// <summary>How much of the head, and of the tail, of one text is kept, bytes.</summary>
    public const int KeptBytesPerEnd = 16 * 1024;

    /// <summary>The bytes of <paramref name="slice"/>; valid until the next <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> this[TextSlice slice] => _buffer.AsSpan(slice.Start, slice.Length);

    /// <summary>Bytes in use: where the next <see cref="Append"/> starts.</summary>
    public int UsedBytes => _used;

    /// <summary>Room for <paramref name="bytes"/> more bytes after <see cref="UsedBytes"/>; keep what was written with <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _used < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + bytes));
        }

        return _buffer.AsSpan(_used, bytes);
    }

    public void Advance(int bytes) => _used += bytes;

    /// <summary>The parser's own notes on the line.</summary>
    internal ParsingScratch Scratch { get; } = new();

    /// <summary>Bytes already written, to be moved by whoever is still composing them.</summary>
    internal Span<byte> Written(int start, int bytes) => _buffer.AsSpan(start, bytes);

    /// <summary>Copies <paramref name="text"/> in and says where it is.</summary>
    public TextSlice Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        var slice = new TextSlice(_used, text.Length);
        _used += text.Length;
        return slice;
    }

    /// <summary>Forgets the last line. A buffer that a huge line grew is let go.</summary>
    public void Clear()
    {
        if (_buffer.Length > 1024 * 1024)
        {
            _buffer = new byte[64 * 1024];
        }

        _used = 0;
        TimeMs = Asn = UnsketchedBytes = 0;
        Api = default;
        Batch = Stream = HasResponse = HasUsage = false;
        Status = MaxTokens = AssistantTurns = ToolResults = ResponseToolUses = 0;
        Temperature = -1;
        Id = Account = Organization = Key = App = Ip = UserAgent = Ja4 = EndUser = Session = default;
        Model = System = Tools = PriorOutput = NewUserText = FirstUserText = ResponseText = default;
        Usage = default;
        _issuedIds = _presentedIds = default;
        Scratch.Clear();
    }
}

/// <summary>Where a text lies in a <see cref="ParsedExchange"/>, in bytes; <c>default</c> means absent.</summary>
public readonly record struct TextSlice(int Start, int Length)
{
    public bool IsEmpty => Length == 0;
}
