namespace Stillwatch.Engine.Exchanges;

/// <summary>Gathers what a model says while it streams: the head and the tail of its text and the ids it was issued, as the log parser would keep them.</summary>
/// <remarks>Pooled memory grows with the text to at most 48 KiB and is given back by <see cref="Dispose"/>. Not thread-safe.</remarks>
public sealed class OutputText : IDisposable
{
    /// <summary>The next text belongs to a new part: parts are joined by LF, as in a log's response.</summary>
    public void BeginPart() => throw new NotImplementedException();

    /// <summary>Adds text between the quotes of a JSON string, escapes and all.</summary>
    public void AppendEscaped(ReadOnlySpan<byte> raw) => throw new NotImplementedException();

    /// <summary>Adds an id we issued: the response's own, then tool calls'. The first <see cref="ParsedExchange.MaxIds"/> are kept.</summary>
    public void AddIssuedId(ReadOnlySpan<byte> id) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
