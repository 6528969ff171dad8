using System.Runtime.InteropServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How common networks, clients and sign-up times are in the whole population: what sharing must exceed to mean anything.</summary>
internal sealed class Background
{
    readonly Dictionary<ulong, List<int>> _networks = [];
    readonly Dictionary<ulong, int> _clients = [];
    readonly Dictionary<long, int> _signups = [];

    public Background(Population population)
    {
        Accounts = population.Count;
        for (var index = 0; index < population.Count; index++)
        {
            var account = population.Accounts[index];
            foreach (var network in account.Networks)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_networks, network.Value, out _) ??= []).Add(index);
            }

            if (MainClient(account) is not 0 and var client)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _)++;
                WithClient++;
            }

            if (SignupBucket(account) is { } bucket)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_signups, bucket, out _)++;
            }
        }
    }

    public int Accounts { get; }

    /// <summary>Accounts whose client is known.</summary>
    public int WithClient { get; }

    /// <summary>Different networks seen.</summary>
    public int Networks => _networks.Count;

    public int OnNetwork(ulong network) => _networks.TryGetValue(network, out var accounts) ? accounts.Count : 0;

    /// <summary>The accounts that came through a network, ascending.</summary>
    public IReadOnlyList<int> AccountsOn(ulong network) => _networks.TryGetValue(network, out var accounts) ? accounts : [];

    public int WithMainClient(ulong client) => _clients.GetValueOrDefault(client);

    public int SignedUpIn(long bucket) => _signups.GetValueOrDefault(bucket);

    /// <summary>The client an account uses most, 0 when unknown.</summary>
    public static ulong MainClient(AccountState account)
    {
        var best = default(Counted);
        foreach (var client in account.Clients)
        {
            best = client.Count > best.Count || (client.Count == best.Count && client.Value < best.Value) ? client : best;
        }

        return best.Value;
    }

    public static long? SignupBucket(AccountState account) => account.Facts?.CreatedMs / IdentityTraits.SignupBucketMs;
}
