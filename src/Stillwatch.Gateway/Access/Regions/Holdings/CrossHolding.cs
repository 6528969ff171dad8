namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>
/// Solves organizations that own one another. Up to <see cref="MostExact"/> of them exactly, by eliminating one after the other and
/// dividing by what leaves it
/// instead of by one minus what stays (Grassmann, Taksar, Heyman 1985): nothing is subtracted, so rings that own all but a millionth of
/// themselves lose no digits.
/// Larger ones by iteration from below, which never states more than is held.
/// </summary>
sealed class CrossHolding(OwnershipGraph graph, Func<string, bool> isMatch, double[] matched, double[] other)
{
    public const int MostExact = 128;

    /// <summary>What one sweep may still change when iteration ends.</summary>
    public const double ToleranceRatio = 1e-13;

    /// <summary>Shares read in one block before iteration gives up: about a second.</summary>
    const long MostReads = 200_000_000;

    /// <summary>Below this a remainder is rounding.</summary>
    const double RoundingRatio = 1e-12;

    /// <summary>
    /// The shares of one organization, from owners that are solved already; those in <paramref name="places"/> go to <paramref
    /// name="inside"/> if there is one.
    /// </summary>
    /// <returns>Held by matching owners, by others that are known, by nobody knows whom.</returns>
    public (double Matched, double Other, double Unknown) Sum(
        int organization, Dictionary<int, int>? places = null, Span<double> inside = default)
    {
        var (isHeld, isOther, stays) = (0.0, 0.0, 0.0);
        foreach (ref readonly var edge in graph.Owners(organization))
        {
            if (edge.Country is { } country && isMatch(country))
            {
                isHeld += edge.Share;
            }
            else if (!graph.GoesOn(edge))
            {
                isOther += edge.Country is null ? 0 : edge.Share;
            }
            else if (places is not null && places.TryGetValue(edge.Target, out var place))
            {
                inside[place] += edge.Share;
                stays += edge.Share;
            }
            else
            {
                isHeld += edge.Share * matched[edge.Target];
                isOther += edge.Share * other[edge.Target];
            }
        }

        if (places is null)
        {
            (matched[organization], other[organization]) = (isHeld, isOther);
        }

        var unknown = 1 - isHeld - isOther - stays;
        return (isHeld, isOther, unknown < RoundingRatio ? 0 : unknown);
    }

    /// <returns>False when iteration ended before it settled.</returns>
    public bool Solve(ReadOnlySpan<int> members)
    {
        if (members.Length > MostExact)
        {
            return Iterate(members);
        }

        var size = members.Length;
        var places = new Dictionary<int, int>(size);
        foreach (var member in members)
        {
            places.Add(member, places.Count);
        }

        var inside = new double[size * size];
        var (held, others, leaves) = (new double[size], new double[size], new double[size]);
        for (var i = 0; i < size; i++)
        {
            (held[i], others[i], leaves[i]) = Sum(members[i], places, inside.AsSpan(i * size, size));
        }

        for (var last = size - 1; last >= 0; last--)
        {
            var row = inside.AsSpan(last * size, last);
            var leaving = held[last] + others[last] + leaves[last];
            foreach (var share in row)
            {
                leaving += share;
            }

            Eliminate(last, row, leaving);
        }

        for (var i = 0; i < size; i++)
        {
            // `inside` now holds each row divided by what leaves it; the owners left of the diagonal are solved.
            var (x, y) = (held[i], others[i]);
            for (var j = 0; j < i; j++)
            {
                x += inside[(i * size) + j] * matched[members[j]];
                y += inside[(i * size) + j] * other[members[j]];
            }

            (matched[members[i]], other[members[i]]) = (x, y);
        }

        return true;

        void Eliminate(int last, Span<double> row, double leaving)
        {
            // Nothing leaves: nobody outside owns any of it, so everything that leads here is unknown.
            var scale = leaving > 0 ? 1 / leaving : 0;
            foreach (ref var share in row)
            {
                share *= scale;
            }

            (held[last], others[last]) = (held[last] * scale, others[last] * scale);
            var lost = leaving > 0 ? leaves[last] * scale : 1;
            for (var i = 0; i < last; i++)
            {
                var through = inside[(i * size) + last];
                if (through == 0)
                {
                    continue;
                }

                for (var j = 0; j < last; j++)
                {
                    inside[(i * size) + j] += through * row[j];
                }

                held[i] += through * held[last];
                others[i] += through * others[last];
                leaves[i] += through * lost;
            }
        }
    }

    bool Iterate(ReadOnlySpan<int> members)
    {
        var reads = 0L;
        while (reads < MostReads)
        {
            var change = 0.0;
            foreach (var member in members)
            {
                var (x, y) = (matched[member], other[member]);
                Sum(member);
                change = Math.Max(change, Math.Max(matched[member] - x, other[member] - y));
                reads += graph.Owners(member).Length;
            }

            if (change <= ToleranceRatio)
            {
                return true;
            }
        }

        return false;
    }
}
