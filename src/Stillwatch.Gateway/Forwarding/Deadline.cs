namespace Stillwatch.Gateway.Forwarding;

/// <summary>Everything that may end an exchange early behind one token: the client leaving, the limit of the present phase, the limit of the whole.</summary>
/// <remarks>
/// A phase's limit is re-armed at most once a second, since a timer change for each event of a fast stream would cost more than the
/// event; so a limit may act up to a second late. Not thread-safe but for the token.
/// </remarks>
sealed class Deadline : IDisposable
{
    static readonly TimeSpan Coarseness = TimeSpan.FromSeconds(1);

    readonly TimeProvider _time;
    readonly CancellationToken _client;
    readonly CancellationTokenSource _source;
    readonly CancellationTokenRegistration _registration;
    readonly long _start;
    readonly TimeSpan _total;
    long _armed;
    TimeSpan _limit;

    public Deadline(TimeSpan total, TimeProvider time, CancellationToken client)
    {
        (_time, _client, _total) = (time, client, total);
        _start = time.GetTimestamp();
        _source = new CancellationTokenSource(total, time);
        _registration = client.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The caller closed its connection.</summary>
    public bool ClientLeft => _client.IsCancellationRequested;

    /// <summary>The limit of the whole exchange has passed.</summary>
    public bool IsOver => _time.GetElapsedTime(_start) >= _total;

    /// <summary>From now on the token ends after <paramref name="limit"/>, or with the whole exchange if that is sooner.</summary>
    public void Within(TimeSpan limit)
    {
        var now = _time.GetTimestamp();
        if (limit == _limit && _time.GetElapsedTime(_armed, now) < Coarseness)
        {
            return;
        }

        (_armed, _limit) = (now, limit);
        var left = _total - _time.GetElapsedTime(_start, now);
        var until = limit < left ? limit : left;
        _source.CancelAfter(until > TimeSpan.Zero ? until : TimeSpan.Zero);
    }

    /// <summary>The gateway is stopping and waits no longer for this exchange.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Ends the exchange because the gateway stops. Thread-safe.</summary>
    public void Stop()
    {
        IsStopped = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it ended by itself meanwhile
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
