namespace Stillwatch.Gateway.Telemetry;

/// <summary>One replica's circuit, as metrics show it.</summary>
/// <param name="Replica">Its place in the upstream's list, from 0: an address has no place in a label.</param>
readonly record struct CircuitReading(string Upstream, int Replica, CircuitReadingState State);

/// <summary>The numbers are what <c>/metrics</c> shows.</summary>
enum CircuitReadingState
{
    Closed = 0,
    OnTrial = 1,
    Open = 2,
}
