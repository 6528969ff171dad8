namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    /// <summary>System prompt and tools are kept whole up to twice this, so that a hash covers all of them.</summary>
    const int WholeBytesPerEnd = 128 * 1024;

    // Texts are copied last, when it is known which turn was the latest.
    static void Compose(ReadOnlySpan<byte> line, ParsedExchange into)
    {
        var scratch = into.Scratch;
        var system = new KeptText(into, WholeBytesPerEnd, WholeBytesPerEnd);
        system.Add(line, scratch.SystemMember);
        system.Add(line, scratch.SystemMessages);
        into.System = system.End(out _);

        var tools = new KeptText(into, WholeBytesPerEnd, WholeBytesPerEnd);
        tools.Add(line.Slice(scratch.ToolsArray.Start, scratch.ToolsArray.Length), escaped: false);
        into.Tools = tools.End(out _);

        into.NewUserText = Compose(line, scratch.NewUser, into, out var unsketchedBytes);
        into.UnsketchedBytes = unsketchedBytes;
        into.FirstUserText = into.AssistantTurns == 0 ? into.NewUserText : Compose(line, scratch.FirstUser, into, out _);
        into.PriorOutput = Compose(line, scratch.Prior, into, out _);
        into.ResponseText = Compose(line, scratch.Response, into, out _);
    }

    static TextSlice Compose(ReadOnlySpan<byte> line, List<TextPiece> pieces, ParsedExchange into, out long droppedBytes)
    {
        var text = new KeptText(into, ParsedExchange.KeptBytesPerEnd, ParsedExchange.KeptBytesPerEnd);
        text.Add(line, pieces);
        return text.End(out droppedBytes);
    }
}
