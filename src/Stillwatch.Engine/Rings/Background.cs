using System.Runtime.InteropServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How common networks, clients and sign-up times are in the whole population, and who shows them: what sharing must exceed to mean anything.</summary>
internal sealed class Background
{
    readonly AccountIndex<ulong> _networks;
    readonly AccountIndex<long> _signups;
    readonly Dictionary<ulong, int> _clients = [];

    public Background(Population population)
    {
        Accounts = population.Count;
        var networks = new AccountIndex<ulong>.Builder(population.Count);
        var signups = new AccountIndex<long>.Builder(population.Count);
        for (var i = 0; i < population.Count; i++)
        {
            var account = population.Accounts[i];
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                networks.Add(network.Value, i);
            }

            if (MainClient(account) is not 0 and var client)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _)++;
                WithClient++;
            }

            if (SignupBucket(account) is { } bucket)
            {
                signups.Add(bucket, i);
            }
        }

        (_networks, _signups) = (networks.Build(), signups.Build());
    }

    public int Accounts { get; }

    /// <summary>Accounts whose client is known.</summary>
    public int WithClient { get; }

    /// <summary>Different networks seen.</summary>
    public int Networks => _networks.Values;

    public int OnNetwork(ulong network) => _networks[network].Length;

    public int WithMainClient(ulong client) => _clients.GetValueOrDefault(client);

    public int SignedUpIn(long bucket) => _signups[bucket].Length;

    /// <summary>Who came through a network, ascending.</summary>
    public ReadOnlySpan<int> AccountsOn(ulong network) => _networks[network];

    /// <summary>Who signed up in a bucket, ascending.</summary>
    public ReadOnlySpan<int> AccountsSignedUpIn(long bucket) => _signups[bucket];

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
