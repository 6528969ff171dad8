namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    /// <summary>Reads a live request body, in one forward pass, for the sketch and for routing.</summary>
    /// <remarks>Refuses a member that appears twice in any object, whoever it may matter to: what we read and what the upstream reads must be the same.</remarks>
    /// <param name="into">Receives model, texts and shape; the caller fills in who, when and from where.</param>
    public static bool TryParseRequest(ReadOnlySpan<byte> body, ExchangeApi api, ParsedExchange into, RequestOutline outline, out RequestFault fault) =>
        throw new NotImplementedException();
}
