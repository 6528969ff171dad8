using System.Runtime.InteropServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How common networks, sign-up times and known clients are in the whole population, and who came through which network: what sharing must exceed to mean anything.</summary>
internal sealed class Background
{
    readonly AccountIndex<ulong> _networks;
    readonly int[] _networkEnds;
    readonly Dictionary<long, int> _signups = [];

    public Background(Population population)
    {
        Accounts = population.Count;
        var (networks, numbers) = (new AccountIndex<ulong>.Builder(population.Count), new List<int>(population.Count));
        _networkEnds = new int[population.Count];
        for (var i = 0; i < population.Count; i++)
        {
            var account = population.Accounts[i];
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                numbers.Add(networks.Add(network.Value, i));
            }

            _networkEnds[i] = numbers.Count;

            if (MainClient(account) != 0)
            {
                WithClient++;
            }

            if (SignupBucket(account) is { } bucket)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_signups, bucket, out _)++;
            }
        }

        (_networks, NetworksOfAll) = (networks.Build(), [.. numbers]);
    }

    public int Accounts { get; }

    /// <summary>Accounts whose client is known.</summary>
    public int WithClient { get; }

    /// <summary>Different networks seen.</summary>
    public int Networks => _networks.Values;

    /// <summary>The networks of all accounts by number, account after account (<see cref="PlaceOf"/>); not to be written to.</summary>
    public int[] NetworksOfAll { get; }

    /// <summary>Where an account's networks begin and end.</summary>
    public (int From, int To) PlaceOf(int account) => (account == 0 ? 0 : _networkEnds[account - 1], _networkEnds[account]);

    public ulong NetworkOf(int number) => _networks.ValueOf(number);

    public int OnNetwork(int number) => _networks[number].Length;

    public int SignedUpIn(long bucket) => _signups.GetValueOrDefault(bucket);

    /// <summary>Who came through a network, ascending.</summary>
    public ReadOnlySpan<int> AccountsOn(int number) => _networks[number];

    /// <summary>The client an account uses most, 0 when unknown.</summary>
    public static ulong MainClient(AccountState account)
    {
        var best = default(Counted);
        foreach (ref readonly var client in CollectionsMarshal.AsSpan(account.Clients))
        {
            best = client.Count > best.Count || (client.Count == best.Count && client.Value < best.Value) ? client : best;
        }

        return best.Value;
    }

    public static long? SignupBucket(AccountState account) => account.Facts?.CreatedMs / IdentityTraits.SignupBucketMs;
}
