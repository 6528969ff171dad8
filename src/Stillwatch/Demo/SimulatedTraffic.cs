using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway;

namespace Stillwatch.Demo;

/// <summary>
/// Sends the exchanges of a simulation through a gateway, in order of event time, several at a time, and moves the simulated clock
/// along.
/// </summary>
/// <remarks>
/// 1. The clock is set to the exchange's time and the request is sent. 2. The next follows when this one has reached the upstream: by then
/// the gateway has read the clock, so each exchange has exactly its own time, while responses overlap. 3. The clock stands still at
/// the end of each
/// window until everything sent is recorded, so that no exchange seems to have lasted minutes.
/// </remarks>
sealed class SimulatedTraffic(GatewayHost gateway, SimulatedUpstream upstream, LoopbackClient client, SimulatedClock clock)
{
    const int MostInFlight = 32;

    /// <summary>
    /// Well under the five minutes of disorder that detection takes, and the four after which an exchange is dated later.
    /// </summary>
    static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    long _sent;
    long _odd;
    long _refused; // by the gateway itself: they become no exchanges

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Responses whose status is not the simulated one's kind: the gateway's own refusals and failures.</summary>
    public long Odd => Interlocked.Read(ref _odd);

    /// <param name="accepted">Told of each exchange and the id the gateway gave its request.</param>
    /// <param name="answered">Told of each exchange and the status its client got; from several threads.</param>
    /// <exception cref="HttpRequestException">The gateway does not answer.</exception>
    public async Task SendAsync(
        IEnumerable<Exchange> exchanges, Action<long> progress, Action<Exchange, string>? accepted = null,
        Action<Exchange, int>? answered = null, CancellationToken cancellationToken = default)
    {
        var running = new Queue<Task>();
        var windowEnds = DateTimeOffset.MinValue;
        foreach (var exchange in exchanges)
        {
            if (exchange.Time > windowEnds)
            {
                await SettleAsync(running, cancellationToken);
                windowEnds = exchange.Time + Window;
            }

            if (running.Count == MostInFlight)
            {
                await running.Dequeue();
            }

            clock.Set(exchange.Time);
            var expected = new ExpectedAnswer(exchange);
            upstream.Expect(expected);
            var response = CheckAsync(exchange, client.SendAsync(exchange, cancellationToken), answered);
            running.Enqueue(response);
            Interlocked.Increment(ref _sent);
            await Task.WhenAny(expected.Arrived, response);
            if (expected.Arrived.IsCompletedSuccessfully)
            {
                accepted?.Invoke(exchange, await expected.Arrived);
            }
            else
            {
                upstream.Expect(null);
                await response; // throws when there was none
                _refused++;
            }

            progress(Sent);
        }

        await SettleAsync(running, cancellationToken);
        await gateway.Parts.Recorder.FlushAsync(cancellationToken);
    }

    // A response reaches its client a moment before the exchange is recorded.
    async Task SettleAsync(Queue<Task> running, CancellationToken cancellationToken)
    {
        await Task.WhenAll(running);
        running.Clear();
        while (gateway.Parts.Recorder.Counts.Received < Sent - _refused)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
    }

    async Task CheckAsync(Exchange exchange, Task<int> sending, Action<Exchange, int>? answered)
    {
        var status = await sending;
        answered?.Invoke(exchange, status);
        if (status / 100 == 2 != (exchange.Response is not null))
        {
            Interlocked.Increment(ref _odd);
        }
    }
}
