namespace Stillwatch.Gateway.Forwarding;

/// <summary>One address of an upstream and its circuit: closed, open after consecutive failures, then one trial at a time. Thread-safe.</summary>
/// <remarks>The state is two numbers changed by interlocked steps; a race costs at most one trial too many.</remarks>
sealed class Replica(Uri address, int maxFailures, TimeSpan openFor, TimeProvider time)
{
    readonly long _openMs = (long)openFor.TotalMilliseconds;
    int _failures;
    long _openUntilMs;
    int _inFlight;
    Target? _last;

    public Uri Address { get; } = address;

    /// <summary>Where a request for a path goes. The last answer is kept: making an address costs a microsecond, and nearly all requests go to one path.</summary>
    public Uri TargetOf(string pathAndQuery)
    {
        var last = Volatile.Read(ref _last);
        if (last is null || last.PathAndQuery != pathAndQuery)
        {
            Volatile.Write(ref _last, last = new Target(pathAndQuery, new Uri(Address, pathAndQuery)));
        }

        return last.Address;
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether the circuit is open: this replica gets no request for now.</summary>
    public bool IsOpen => Volatile.Read(ref _openUntilMs) > NowMs;

    /// <summary>Takes a place, unless the circuit is open. Of a circuit whose time is over, one caller gets the trial and closes the door behind it.</summary>
    public bool TryEnter()
    {
        var until = Volatile.Read(ref _openUntilMs);
        if (until != 0 && (until > NowMs || Interlocked.CompareExchange(ref _openUntilMs, NowMs + _openMs, until) != until))
        {
            return false;
        }

        Interlocked.Increment(ref _inFlight);
        return true;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>The replica answered.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
            Volatile.Write(ref _openUntilMs, 0);
        }
    }

    /// <summary>It could not be reached, did not answer, or answered 502, 503, 504 or 529. True when this opened the circuit.</summary>
    public bool Failed()
    {
        if (Interlocked.Increment(ref _failures) < maxFailures)
        {
            return false;
        }

        return Interlocked.Exchange(ref _openUntilMs, NowMs + _openMs) == 0;
    }

    sealed record Target(string PathAndQuery, Uri Address);

    long NowMs => time.GetTimestamp() / (time.TimestampFrequency / 1000) + 1;
}
