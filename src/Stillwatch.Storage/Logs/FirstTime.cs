using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Storage.Logs;

/// <summary>Looks at the times of a log's first lines, so that a file need not be open before its turn comes.</summary>
/// <remarks>The smallest of them counts: opening a file early costs a handle, opening it late its lines.</remarks>
public static class FirstTime
{
    const int PeekedBytes = 64 * 1024;

    /// <summary>Unix time in milliseconds; <see cref="long.MinValue"/> ("open it at once") when the first lines do not say.</summary>
    public static long Of(LogFile file)
    {
        if (!file.CanReopen)
        {
            return long.MinValue;
        }

        using var reader = new LineReader(file.Peek());
        using var block = reader.Next(PeekedBytes);
        var parsed = new ParsedExchange();
        var firstMs = long.MaxValue;
        for (var i = 0; block is not null && i < block.Count; i++)
        {
            if (!block.IsTooLong(i) && ExchangeParser.TryParse(block[i], parsed, out _))
            {
                firstMs = Math.Min(firstMs, parsed.TimeMs);
            }
        }

        return firstMs == long.MaxValue ? long.MinValue : firstMs;
    }
}
