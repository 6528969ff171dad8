namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>An account held to a part of its rate: a token bucket of one token, so that the rest is evenly spread. Thread-safe.</summary>
sealed class SlowedAccount(double perMs, DateTimeOffset from, DateTimeOffset until)
{
    static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(60);

    readonly Lock _lock = new();
    double _tokens = 1;
    DateTimeOffset _at = from;

    public DateTimeOffset Until { get; } = until;

    /// <param name="retryAfter">When refused: until the next token, a second at least and a minute at most.</param>
    public bool Admits(DateTimeOffset now, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (now >= Until)
        {
            return true; // whoever forgot to end the trial, it has ended
        }

        lock (_lock)
        {
            _tokens = Math.Min(1, _tokens + (Math.Max(0, (now - _at).TotalMilliseconds) * perMs));
            _at = now > _at ? now : _at;
            if (_tokens >= 1)
            {
                _tokens--;
                return true;
            }

            var waitMs = Math.Min((1 - _tokens) / perMs, (Until - now).TotalMilliseconds);
            retryAfter = TimeSpan.FromMilliseconds(Math.Clamp(waitMs, 1_000, MaxRetryAfter.TotalMilliseconds));
            return false;
        }
    }
}
