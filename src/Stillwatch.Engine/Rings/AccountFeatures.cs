using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>What of an account does not hang on the ring it is looked at for.</summary>
internal struct AccountRow
{
    public ulong Payment, Device;

    /// <summary>Hours it signed up in, <see cref="AccountFeatures.NoSignup"/> when unknown.</summary>
    public long Signup;

    /// <summary>The client it uses most, 0 when unknown.</summary>
    public ulong Client;

    /// <summary>Clients that a fifth of what it does comes from, then zeros.</summary>
    public ClientsInUse Clients;

    /// <summary>Template classes it follows at all; not to be written to.</summary>
    public ClassHit[] Hits;

    /// <summary>Its networks by number, as a part of one array.</summary>
    public int NetworksFrom, NetworksTo;

    /// <summary>Rhythm, follow-ups, many users, cohort and standing.</summary>
    public RingTraits Traits;

    /// <summary>Sampled exchanges.</summary>
    public ushort Sample;

    public readonly bool Has(RingTraits trait) => (Traits & trait) != 0;

    [InlineArray(AccountFeatures.MaxClients)]
    public struct ClientsInUse
    {
        ulong _first;
    }
}

/// <summary>What rounds ask of accounts, worked out once a judgement and laid side by side: an account's own state lies in six places of memory.</summary>
internal sealed class AccountFeatures
{
    public const long NoSignup = long.MinValue;

    /// <summary>So many can have a fifth each of an account's exchanges, of those it remembers.</summary>
    public const int MaxClients = 4;

    /// <summary>Later turns from which one can tell whether an account serves many.</summary>
    public const int MinLaterTurns = 5;

    const double MachineGapVariation = 0.8;
    const double PersonFollowUps = 0.05;
    const int MinRhythmExchanges = 8;
    const double ManyUsersShare = 0.3;
    const long MinRhythmSpanMs = 6 * 3_600_000;
    const double ClientShare = 0.2;

    readonly AccountRow[] _rows;
    readonly int[] _networks;

    AccountFeatures(AccountRow[] rows, int[] networks) => (_rows, _networks) = (rows, networks);

    public AccountFeatures(Population population, ReferenceCohort cohort, Background background, ClassMembers followers)
    {
        (_rows, _networks) = (new AccountRow[population.Count], background.NetworksOfAll);
        population.ForEachChunk((_, from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                Fill(ref _rows[i], population.Accounts[i], cohort[i]);
                _rows[i].Hits = followers.HitsOf(i);
                (_rows[i].NetworksFrom, _rows[i].NetworksTo) = background.PlaceOf(i);
            }
        });
    }

    public int Count => _rows.Length;

    public ref readonly AccountRow this[int row] => ref _rows[row];

    /// <summary>The numbers of an account's networks, in the order it keeps them.</summary>
    public ReadOnlySpan<int> NetworksOf(in AccountRow row) => _networks.AsSpan(row.NetworksFrom, row.NetworksTo - row.NetworksFrom);

    /// <summary>Rows 0, <paramref name="stride"/>, 2 · <paramref name="stride"/> and so on, close together.</summary>
    public AccountFeatures Every(int stride)
    {
        var (rows, networks) = (new AccountRow[(_rows.Length + stride - 1) / stride], new List<int>());
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = _rows[i * stride];
            rows[i].NetworksFrom = networks.Count;
            networks.AddRange(NetworksOf(_rows[i * stride]));
            rows[i].NetworksTo = networks.Count;
        }

        return new AccountFeatures(rows, [.. networks]);
    }

    static void Fill(ref AccountRow row, AccountState account, bool isNormal)
    {
        (row.Payment, row.Device) = (account.Facts?.Payment ?? 0, account.Facts?.Device ?? 0);
        (row.Client, row.Signup) = (Background.MainClient(account), Background.SignupBucket(account) ?? NoSignup);
        row.Sample = (ushort)account.Digests.Length;
        var used = 0;
        foreach (ref readonly var client in CollectionsMarshal.AsSpan(account.Clients))
        {
            if (client.Count >= ClientShare * account.Exchanges && used < MaxClients)
            {
                row.Clients[used++] = client.Value;
            }
        }

        var isEven = account.Exchanges >= MinRhythmExchanges && account.LastMs - account.FirstMs >= MinRhythmSpanMs && account.GapVariation < MachineGapVariation;
        row.Traits = (isEven ? RingTraits.MachineRhythm : 0)
            | (account.FollowUps > PersonFollowUps * account.Exchanges ? RingTraits.FollowsUp : 0)
            | (isNormal ? RingTraits.ReferenceCohort : 0)
            | (account.InOrganization ? RingTraits.InOrganization : 0)
            | (account.Facts?.Verification >= VerificationLevel.Person ? RingTraits.WellVerified : 0)
            | (account.LaterTurns >= MinLaterTurns && account.Interleaved > ManyUsersShare * account.LaterTurns ? RingTraits.ManyUsers : 0);
    }
}
