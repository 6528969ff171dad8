namespace Stillwatch.Gateway.Telemetry;

/// <summary>How long an exchange waited for its upstream: the union of all waits, so that two at once count once. One per exchange; not thread-safe.</summary>
/// <remarks>Overhead is the exchange's duration less this. A caller that reads slowly makes writes wait: count those as waits too, they are not ours.</remarks>
struct UpstreamTime(TimeProvider time)
{
    readonly TimeProvider _time = time;
    long _since;
    long _ticks;
    int _depth;

    /// <summary>A wait begins; each needs its <see cref="End"/>.</summary>
    public void Begin()
    {
        if (_depth++ == 0)
        {
            _since = _time.GetTimestamp();
        }
    }

    /// <summary>A wait ends. Without a beginning it does nothing.</summary>
    public void End()
    {
        if (_depth > 0 && --_depth == 0)
        {
            _ticks += _time.GetTimestamp() - _since;
        }
    }

    /// <summary>The waits that have ended.</summary>
    public readonly TimeSpan Total => _time.GetElapsedTime(0, _ticks);
}
