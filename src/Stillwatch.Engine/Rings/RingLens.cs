using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>What the members of a ring share, value by value: payers, devices, exits, sign-up hours, client, templates.</summary>
/// <remarks>
/// A tie weighs ln[(r+½)/(R+1)] − ln[(b+½)/(B+1)]: r of R members show the value, not counting the account itself, and b of B others do. So an exit that
/// hardly anybody else uses says much, and a popular one little, however rare it is that strangers share any exit at all. An
/// organization's accounts share openly, so they count once.
/// </remarks>
internal sealed class RingLens
{
    const int MinTogether = 3;
    const int MinOnExit = 2; // with a small crowd two are beyond chance already
    const double ClientShare = 0.2;
    const double EnrichedSignup = 4;
    const double EnrichedNetwork = 5;
    const double OneExitShare = 0.7; // a network that most of the ring comes through is a NAT or a backend

    // An exit or a card can be shared by chance or be resold; no single value may carry a membership alone.
    const double PaymentCap = 4.5;
    const double DeviceCap = 3.5;
    const double WaveCap = 3;
    const double NetworkCap = 4.5;
    const double NetworksCap = 6;

    readonly Population _population;
    readonly Background _background;
    readonly AccountFeatures _features;
    readonly HashSet<int> _members;
    readonly Dictionary<ulong, int> _payments;
    readonly Dictionary<ulong, int> _devices;
    readonly Dictionary<ulong, int> _networks;
    readonly Dictionary<long, int> _waves;

    public RingLens(Population population, Background background, AccountFeatures features, IReadOnlyCollection<int> members)
    {
        (_population, _background, _features, _members) = (population, background, features, [.. members]);
        var (networks, waves) = (new Dictionary<ulong, int>(), new Dictionary<long, int>());
        var (payments, devices, clients) = (new Dictionary<ulong, int>(), new Dictionary<ulong, int>(), new Dictionary<ulong, int>());
        var counted = new HashSet<(ulong Value, ulong Actor)>();
        void Count<T>(Dictionary<T, int> counts, T key, ulong value, ulong actor) where T : notnull
        {
            if (value != 0 && counted.Add((value, actor)))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
            }
        }

        foreach (var index in members)
        {
            var account = population.Accounts[index];
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                Count(networks, network.Value, network.Value, account.Actor);
            }

            if (features.SignupBucket(index) is not AccountFeatures.NoSignup and var bucket)
            {
                Count(waves, bucket, (ulong)bucket, account.Actor);
            }

            Count(payments, account.Facts?.Payment ?? 0, account.Facts?.Payment ?? 0, account.Actor);
            Count(devices, account.Facts?.Device ?? 0, account.Facts?.Device ?? 0, account.Actor);
            CollectionsMarshal.GetValueRefOrAddDefault(clients, features.Client(index), out _)++;
        }

        clients.Remove(0);
        var n = members.Count;
        _payments = Kept(payments, c => c.Value >= MinTogether);
        _devices = Kept(devices, c => c.Value >= MinTogether);
        _networks = Kept(networks, c => c.Value >= MinOnExit && c.Value <= OneExitShare * n && IsEnriched(c.Value, background.OnNetwork(c.Key), n, EnrichedNetwork));
        _waves = Kept(waves, c => c.Value >= MinTogether && IsEnriched(c.Value, background.SignedUpIn(c.Key), n, EnrichedSignup));
        Client = clients.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key).FirstOrDefault();
    }

    public IReadOnlySet<int> Members => _members;

    /// <summary>The client most members use most, 0 when unknown.</summary>
    public ulong Client { get; }

    public IReadOnlyCollection<ulong> Payments => _payments.Keys;

    public IReadOnlyCollection<ulong> Devices => _devices.Keys;

    public IReadOnlyCollection<ulong> Networks => _networks.Keys;

    /// <summary>The account's ties but for templates, which the whole ring's classes decide.</summary>
    public RingTies Of(int index)
    {
        var account = _population.Accounts[index];
        var (self, other) = _members.Contains(index) ? (1, 0) : (0, 1);
        double Tie<T>(Dictionary<T, int> shared, T value, int all, double cap) where T : notnull =>
            shared.TryGetValue(value, out var r) ? Math.Clamp(Nats(r - self, Math.Max(0, all - r - other)), 0, cap) : 0;

        var (payment, device, wave) = (0.0, 0.0, 0.0);
        if (account.Facts is { } facts)
        {
            payment = Tie(_payments, facts.Payment, UsersOf(_population.Payments, facts.Payment), PaymentCap);
            device = Tie(_devices, facts.Device, UsersOf(_population.Devices, facts.Device), DeviceCap);
            wave = _features.SignupBucket(index) is not AccountFeatures.NoSignup and var bucket ? Tie(_waves, bucket, _background.SignedUpIn(bucket), WaveCap) : 0;
        }

        var (network, exits) = (0.0, 0);
        if (_networks.Count > 0)
        {
            foreach (ref readonly var n in CollectionsMarshal.AsSpan(account.Networks))
            {
                if (_networks.ContainsKey(n.Value))
                {
                    exits++;
                    network += Tie(_networks, n.Value, _background.OnNetwork(n.Value), NetworkCap);
                }
            }
        }

        return new RingTies(0, payment, device, wave, Math.Min(network, NetworksCap), exits);
    }

    /// <summary>How well the ring explains what an account shares, nats, without caps: the sum over its payer, device, hours of sign-up and exits of ln of how much
    /// commoner each is among the members than among everybody else. Two campaigns taken as one explain each value half as well.</summary>
    public double GainOf(int index)
    {
        var account = _population.Accounts[index];
        var self = _members.Contains(index) ? 1 : 0;
        double Gain<T>(Dictionary<T, int> shared, T value, int all) where T : notnull =>
            shared.TryGetValue(value, out var r) && r > self ? Math.Max(0, Nats(r - self, Math.Max(0, all - r))) : 0;

        var gain = 0.0;
        if (account.Facts is { } facts)
        {
            gain += Gain(_payments, facts.Payment, UsersOf(_population.Payments, facts.Payment)) + Gain(_devices, facts.Device, UsersOf(_population.Devices, facts.Device));
            gain += _features.SignupBucket(index) is not AccountFeatures.NoSignup and var bucket ? Gain(_waves, bucket, _background.SignedUpIn(bucket)) : 0;
        }

        foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
        {
            gain += Gain(_networks, network.Value, _background.OnNetwork(network.Value));
        }

        return gain;
    }

    /// <summary>Whether a fifth of what the account does comes from the ring's client: whoever rents a key out uses a client of his own besides.</summary>
    public bool UsesClient(int index)
    {
        if (Client == 0)
        {
            return false;
        }

        var account = _population.Accounts[index];
        foreach (ref readonly var client in CollectionsMarshal.AsSpan(account.Clients))
        {
            if (client.Value == Client)
            {
                return client.Count >= ClientShare * account.Exchanges;
            }
        }

        return false;
    }

    /// <summary>What an account shares with the ring, value by value.</summary>
    public IEnumerable<(int Kind, ulong Value)> ValuesOf(int index)
    {
        var account = _population.Accounts[index];
        if (account.Facts is { } facts)
        {
            if (_payments.ContainsKey(facts.Payment))
            {
                yield return ((int)TraitKind.Payment, facts.Payment);
            }

            if (_devices.ContainsKey(facts.Device))
            {
                yield return ((int)TraitKind.Device, facts.Device);
            }

            if (_waves.ContainsKey(_features.SignupBucket(index)))
            {
                yield return ((int)TraitKind.SignupCohort, (ulong)_features.SignupBucket(index));
            }
        }

        foreach (var network in account.Networks)
        {
            if (_networks.ContainsKey(network.Value))
            {
                yield return ((int)TraitKind.Network, network.Value);
            }
        }
    }

    double Nats(int inRing, int outside) =>
        Math.Log((inRing + 0.5) / (_members.Count + 1)) - Math.Log((outside + 0.5) / (_population.Count - _members.Count + 1));

    bool IsEnriched(int together, int inAll, int members, double nats) =>
        OverlapTest.LogRatio(together, (double)inAll * members / _population.Count) >= nats;

    static int UsersOf(IReadOnlyDictionary<ulong, List<int>> index, ulong value) => index.TryGetValue(value, out var accounts) ? accounts.Count : 0;

    static Dictionary<T, int> Kept<T>(Dictionary<T, int> counts, Func<KeyValuePair<T, int>, bool> keep) where T : notnull =>
        counts.Where(keep).ToDictionary(c => c.Key, c => c.Value);
}
