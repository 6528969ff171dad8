namespace Stillwatch.Gateway.Limits;

/// <summary>Numbers of one budget as header values, made once each. Thread-safe: two threads may make the same text, nothing
/// else.</summary>
sealed class LimitTexts(long capacity)
{
    const int MostCached = 1024;

    readonly string?[] _texts = new string?[MostCached];

    public string Limit { get; } = capacity.ToString();

    /// <summary>Exact.</summary>
    public string Of(long remaining) => Cached(remaining, 1);

    /// <summary>To the nearest thousand, as the real API states tokens, yet never more than a full budget holds.</summary>
    public string OfThousands(long remaining)
    {
        var thousands = (remaining + 500) / 1000;
        return thousands * 1000 > capacity ? Limit : Cached(thousands, 1000);
    }

    // A budget counts requests or tokens, so one cache serves one of the two.
    string Cached(long number, long unit) =>
        number < MostCached ? _texts[number] ??= (number * unit).ToString() : (number * unit).ToString();
}

/// <summary>When budgets are full again, as both dialects write it. Most are within the next minutes, so texts are kept by second.
/// Thread-safe.</summary>
sealed class ResetTexts
{
    const int Seconds = 512;

    readonly SecondText?[] _instants = new SecondText?[Seconds];
    readonly string?[] _durations = new string?[Seconds];

    /// <summary>RFC 3339, UTC, the second after or at the instant.</summary>
    public string Instant(long ticks)
    {
        var second = (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        var place = second % Seconds;
        if (_instants[place] is { } kept && kept.Second == second)
        {
            return kept.Text;
        }

        var shown = Math.Min(second, DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond;
        var text = new DateTime(shown, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        _instants[place] = new SecondText(second, text);
        return text;
    }

    /// <summary>As the OpenAI API writes a wait: <c>12ms</c>, <c>1s</c>, <c>6m0s</c>, <c>1h0m0s</c>; rounded up.</summary>
    public string Duration(long ticks)
    {
        if (ticks is > 0 and < TimeSpan.TicksPerSecond)
        {
            return $"{(ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond}ms";
        }

        var second = Math.Max(0, (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
        return second < Seconds ? _durations[second] ??= Written(second) : Written(second);
    }

    static string Written(long seconds) => seconds switch
    {
        < 60 => $"{seconds}s",
        < 3600 => $"{seconds / 60}m{seconds % 60}s",
        _ => $"{seconds / 3600}h{seconds / 60 % 60}m{seconds % 60}s",
    };

    sealed record SecondText(long Second, string Text);
}
