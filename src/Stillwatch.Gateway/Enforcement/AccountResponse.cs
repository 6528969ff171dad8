using System.Collections.Frozen;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>What is done to one account now. Immutable.</summary>
/// <param name="Case">The case it follows from: <c>case_…</c>. Also the name of the ring's shared budget.</param>
/// <param name="Since">Event time of the action.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="ClassKeys">Content keys of the classes it is restricted in; null when in everything it asks. Two hits of a request's keys make it one of the class.</param>
sealed record AccountResponse(Rung Rung, string Case, DateTimeOffset Since, DateTimeOffset Until, FrozenSet<ulong>? ClassKeys)
{
    /// <summary>Keys a request must share with the restricted classes; the Engine's own measure of belonging.</summary>
    const int KeysOfAClass = 2;

    /// <summary>The rung that applies to this exchange: an account that mixes is restricted in its harvest alone.</summary>
    public Rung RungFor(in ExchangeSketch sketch)
    {
        if (ClassKeys is null || Rung <= Rung.Verify)
        {
            return Rung;
        }

        var hits = 0;
        ReadOnlySpan<ulong> keys = sketch.Keys;
        foreach (var key in keys[..sketch.KeyCount])
        {
            hits += ClassKeys.Contains(key) ? 1 : 0;
        }

        return hits >= KeysOfAClass ? Rung : Rung.Verify;
    }
}
