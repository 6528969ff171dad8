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
    const double EnrichedSignup = 4;
    const double EnrichedNetwork = 5;
    const double OneExitShare = 0.7; // a network that most of the ring comes through is a NAT or a backend

    // An exit or a card can be shared by chance or be resold; no single value may carry a membership alone.
    const double PaymentCap = 4.5;
    const double DeviceCap = 3.5;
    const double WaveCap = 3;
    const double NetworkCap = 4.5;
    const double NetworksCap = 6;

    readonly AccountFeatures _features;
    readonly Dictionary<ulong, Shared> _payments;
    readonly Dictionary<ulong, Shared> _devices;
    readonly Dictionary<int, Shared> _networks;
    readonly Dictionary<long, Shared> _waves;

    /// <param name="members">Ascending.</param>
    public RingLens(Population population, Background background, AccountFeatures features, IReadOnlyCollection<int> members)
    {
        (_features, Members) = (features, new AccountSet(features.Count));
        var (networks, waves) = (new Dictionary<int, int>(), new Dictionary<long, int>());
        var (payments, devices, clients) = (new Dictionary<ulong, int>(), new Dictionary<ulong, int>(), new Dictionary<ulong, int>());
        var counted = new HashSet<(TraitKind Kind, ulong Value, ulong Actor)>();
        foreach (var index in members)
        {
            Members.Add(index);
            ref readonly var row = ref features[index];
            var actor = row.Has(RingTraits.InOrganization) ? population.Accounts[index].Actor : 0;
            void Count<T>(Dictionary<T, int> counts, T key, TraitKind kind, ulong value) where T : notnull
            {
                // Only an organization's accounts share an actor.
                if (value != 0 && (actor == 0 || counted.Add((kind, value, actor))))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
                }
            }

            foreach (var network in features.NetworksOf(row))
            {
                Count(networks, network, TraitKind.Network, (ulong)network + 1);
            }

            if (row.Signup != AccountFeatures.NoSignup)
            {
                Count(waves, row.Signup, TraitKind.SignupCohort, (ulong)row.Signup);
            }

            Count(payments, row.Payment, TraitKind.Payment, row.Payment);
            Count(devices, row.Device, TraitKind.Device, row.Device);
            CollectionsMarshal.GetValueRefOrAddDefault(clients, row.Client, out _)++;
        }

        clients.Remove(0);
        var n = members.Count;
        _payments = Kept(payments, c => UsersOf(population.Payments, c), (r, _) => r >= MinTogether, PaymentCap);
        _devices = Kept(devices, c => UsersOf(population.Devices, c), (r, _) => r >= MinTogether, DeviceCap);
        _networks = Kept(networks, background.OnNetwork, (r, all) => r >= MinOnExit && r <= OneExitShare * n && IsEnriched(r, all, n, EnrichedNetwork), NetworkCap);
        _waves = Kept(waves, background.SignedUpIn, (r, all) => r >= MinTogether && IsEnriched(r, all, n, EnrichedSignup), WaveCap);
        Client = clients.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key).FirstOrDefault();
    }

    /// <summary>What a shared value weighs for a member, who does not count himself, and for anybody else; capped as a tie, and without caps as a gain.</summary>
    /// <param name="Number">Its own, of all <see cref="Values"/>.</param>
    readonly record struct Shared(int Number, double OfMember, double OfOther, double MemberGain, double OtherGain);

    public AccountSet Members { get; }

    /// <summary>The client most members use most, 0 when unknown.</summary>
    public ulong Client { get; }

    public IReadOnlyCollection<ulong> Payments => _payments.Keys;

    public IReadOnlyCollection<ulong> Devices => _devices.Keys;

    /// <summary>By number in <see cref="Background"/>.</summary>
    public IReadOnlyCollection<int> Networks => _networks.Keys;

    /// <summary>The account's ties but for templates, which the whole ring's classes decide.</summary>
    /// <param name="networks">Of the account, by number.</param>
    public RingTies Of(in AccountRow row, ReadOnlySpan<int> networks, bool isMember)
    {
        double Tie<T>(Dictionary<T, Shared> shared, T value) where T : notnull =>
            shared.Count > 0 && shared.TryGetValue(value, out var tie) ? isMember ? tie.OfMember : tie.OfOther : 0;

        var (network, exits) = (0.0, 0);
        if (_networks.Count > 0)
        {
            foreach (var n in networks)
            {
                if (_networks.TryGetValue(n, out var tie))
                {
                    exits++;
                    network += isMember ? tie.OfMember : tie.OfOther;
                }
            }
        }

        return new RingTies(0, Tie(_payments, row.Payment), Tie(_devices, row.Device), Tie(_waves, row.Signup), Math.Min(network, NetworksCap), exits);
    }

    /// <summary>How well the ring explains what an account shares, nats, without caps: the sum over its payer, device, hours of sign-up and exits of ln of how much
    /// commoner each is among the members than among everybody else. Two campaigns taken as one explain each value half as well.</summary>
    public double GainOf(int index)
    {
        ref readonly var row = ref _features[index];
        var isMember = Members.Contains(index);
        double Gain<T>(Dictionary<T, Shared> shared, T value) where T : notnull =>
            shared.TryGetValue(value, out var tie) ? isMember ? tie.MemberGain : tie.OtherGain : 0;

        var gain = Gain(_payments, row.Payment) + Gain(_devices, row.Device);
        gain += Gain(_waves, row.Signup);
        foreach (var network in _features.NetworksOf(row))
        {
            gain += Gain(_networks, network);
        }

        return gain;
    }

    /// <summary>Whether a fifth of what the account does comes from the ring's client: whoever rents a key out uses a client of his own besides.</summary>
    public bool UsesClient(in AccountRow row) => Client != 0 && ((ReadOnlySpan<ulong>)row.Clients).Contains(Client);

    /// <summary>How many values the ring shares.</summary>
    public int Values { get; private set; }

    /// <summary>Adds the numbers of the values that an account shares with the ring, from 0.</summary>
    public void AddValues(int index, List<int> into)
    {
        ref readonly var row = ref _features[index];
        void Add<T>(Dictionary<T, Shared> shared, T value) where T : notnull
        {
            if (shared.TryGetValue(value, out var known))
            {
                into.Add(known.Number);
            }
        }

        Add(_payments, row.Payment);
        Add(_devices, row.Device);
        Add(_waves, row.Signup);
        foreach (var network in _features.NetworksOf(row))
        {
            Add(_networks, network);
        }
    }

    double Nats(int inRing, int outside) =>
        Math.Log((inRing + 0.5) / (Members.Count + 1)) - Math.Log((outside + 0.5) / (_features.Count - Members.Count + 1));

    bool IsEnriched(int together, int inAll, int members, double nats) =>
        OverlapTest.LogRatio(together, (double)inAll * members / _features.Count) >= nats;

    static int UsersOf(IReadOnlyDictionary<ulong, List<int>> index, ulong value) => index.TryGetValue(value, out var accounts) ? accounts.Count : 0;

    /// <param name="usersOf">How many of all accounts show a value.</param>
    /// <param name="keep">Of how many members show it, and how many of all.</param>
    Dictionary<T, Shared> Kept<T>(Dictionary<T, int> counts, Func<T, int> usersOf, Func<int, int, bool> keep, double cap) where T : notnull
    {
        var kept = new Dictionary<T, Shared>();
        foreach (var (value, r) in counts)
        {
            if (r < MinOnExit || (usersOf(value) is var all && !keep(r, all)))
            {
                continue;
            }

            kept.Add(value, new Shared(
                Values++, Math.Clamp(Nats(r - 1, Math.Max(0, all - r)), 0, cap), Math.Clamp(Nats(r, Math.Max(0, all - r - 1)), 0, cap),
                r > 1 ? Math.Max(0, Nats(r - 1, Math.Max(0, all - r))) : 0, Math.Max(0, Nats(r, Math.Max(0, all - r)))));
        }

        return kept;
    }
}
