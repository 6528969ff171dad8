using System.Buffers;

namespace Stillwatch.Engine.Rings;

/// <summary>What of a candidate any account, inside or not, may have in common with it.</summary>
/// <param name="Classes">Template classes, by number.</param>
/// <param name="Waves">Sign-up buckets.</param>
/// <param name="Client">The ring's client, 0 for none.</param>
/// <param name="Crossed">Accounts between which outputs crossed.</param>
internal sealed record RingLens(
    HashSet<int> Classes, HashSet<ulong> Payments, HashSet<ulong> Devices, HashSet<ulong> Networks, HashSet<long> Waves, ulong Client, HashSet<int> Crossed);

/// <summary>Everybody seen through one lens, in arrays over the population: who shares something is marked from what is shared, so that the cost
/// is the number of those who do and one glance at each of the others.</summary>
/// <remarks>Its arrays come from a pool: dispose it, and keep nothing of it. One thread at a time.</remarks>
internal sealed class RingMarks : IDisposable
{
    readonly Population _population;
    readonly AccountFeatures _features;
    readonly ulong _client;
    readonly RingTraits[] _marks;
    readonly ushort[] _hits;
    readonly ushort[] _exits;

    public RingMarks(RingLens lens, Population population, Background background, ClassMembers members, AccountFeatures features)
    {
        (_population, _features, _client) = (population, features, lens.Client);
        (_marks, _hits, _exits) = (Zeros<RingTraits>(), Zeros<ushort>(), Zeros<ushort>());
        foreach (var c in lens.Classes)
        {
            foreach (var hit in members.HitsOn(c))
            {
                _hits[hit.Account] += (ushort)hit.Hits;
            }
        }

        Mark(lens.Payments, population.Payments, RingTraits.SharedPayment);
        Mark(lens.Devices, population.Devices, RingTraits.SharedDevice);
        foreach (var network in lens.Networks)
        {
            foreach (var account in background.AccountsOn(network))
            {
                _marks[account] |= RingTraits.SharedNetwork;
                _exits[account]++;
            }
        }

        foreach (var wave in lens.Waves)
        {
            foreach (var account in background.AccountsSignedUpIn(wave))
            {
                _marks[account] |= RingTraits.SignupWave;
            }
        }

        foreach (var account in lens.Crossed)
        {
            _marks[account] |= RingTraits.OwnOutput;
        }
    }

    public RingTraits Of(int account)
    {
        var traits = _features.Of(account) | _marks[account];
        if (_hits[account] is not 0 and var hits)
        {
            var share = (double)hits / _features.Sample(account);
            traits |= share >= 0.5 ? RingTraits.MostlyTemplate : hits >= 2 || share >= 0.1 ? RingTraits.SomeTemplate : 0;
        }

        return traits | (_client != 0 && _features.Client(account) == _client ? RingTraits.RingClient : 0);
    }

    public RingMember Describe(int account) =>
        new(account, _population.Accounts[account], _hits[account], Of(account)) { Exits = _exits[account] };

    public void Dispose()
    {
        ArrayPool<RingTraits>.Shared.Return(_marks);
        ArrayPool<ushort>.Shared.Return(_hits);
        ArrayPool<ushort>.Shared.Return(_exits);
    }

    void Mark(HashSet<ulong> values, IReadOnlyDictionary<ulong, List<int>> index, RingTraits trait)
    {
        foreach (var value in values)
        {
            foreach (var account in index.GetValueOrDefault(value) ?? [])
            {
                _marks[account] |= trait;
            }
        }
    }

    T[] Zeros<T>()
    {
        var array = ArrayPool<T>.Shared.Rent(_population.Count);
        array.AsSpan(0, _population.Count).Clear();
        return array;
    }
}
