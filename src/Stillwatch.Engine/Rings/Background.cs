using System.Runtime.InteropServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How common networks, sign-up times and known clients are in the whole population, and who came through which network: what sharing must exceed to mean anything.</summary>
internal sealed class Background
{
    readonly AccountIndex<ulong> _networks;
    readonly Dictionary<long, int> _signups = [];

    public Background(Population population)
    {
        Accounts = population.Count;
        var networks = new AccountIndex<ulong>.Builder(population.Count);
        for (var i = 0; i < population.Count; i++)
        {
            var account = population.Accounts[i];
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                networks.Add(network.Value, i);
            }

            if (MainClient(account) != 0)
            {
                WithClient++;
            }

            if (SignupBucket(account) is { } bucket)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_signups, bucket, out _)++;
            }
        }

        _networks = networks.Build();
    }

    public int Accounts { get; }

    /// <summary>Accounts whose client is known.</summary>
    public int WithClient { get; }

    /// <summary>Different networks seen.</summary>
    public int Networks => _networks.Values;

    public int OnNetwork(ulong network) => _networks[network].Length;

    public int SignedUpIn(long bucket) => _signups.GetValueOrDefault(bucket);

    /// <summary>Who came through a network, ascending.</summary>
    public ReadOnlySpan<int> AccountsOn(ulong network) => _networks[network];

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
