using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Who uses the same words as an account again and again, words that hardly anybody else uses.</summary>
/// <remarks>
/// Two strangers have one rare text in common by chance, hardly ever three. An account is a probe: of each of its sampled exchanges the rarest shared text is
/// looked up, and whoever's name stands under three of those, a tenth at least, is a peer. Texts, probes and what is looked at of each are bounded; of more than
/// that an even sample is taken.
/// </remarks>
internal sealed class TextPeers
{
    const int MinAccounts = 8; // of a text
    const double MaxAccountShare = 0.03; // what more accounts use is common property
    const int MaxTexts = 1 << 18;
    const int MaxProbes = 1 << 14;
    const int MinPeers = 20;
    const int Exchanges = AccountPartition.MaxSample;
    const int InCommon = 3;
    const double InCommonShare = 0.1;

    readonly Population _population;
    readonly ShortKeySet _keys;

    TextPeers(IReadOnlyList<TraitPartition> partitions, Population population)
    {
        _population = population;
        Texts = TextsOf(partitions, MaxAccountShare * population.Count);
        _keys = new ShortKeySet([.. Texts.Select(text => text.Key.Short)]);
        var stride = Math.Max(1, (population.Count + MaxProbes - 1) / MaxProbes);
        var found = new List<int[]>[population.Chunks];
        population.ForEachChunk((chunk, from, to) =>
        {
            var (own, names) = (found[chunk] = [], new Tally());
            for (var account = (from + stride - 1) / stride * stride; account < to; account += stride)
            {
                if (Of(population.Accounts[account], names) is { Length: >= MinPeers } peers)
                {
                    own.Add(peers);
                }
            }
        });
        Probes = [.. found.SelectMany(f => f)];
    }

    /// <summary>Parts of user texts that some accounts share, and few.</summary>
    public IReadOnlyList<TraitState> Texts { get; }

    /// <summary>The peers, the account itself among them, of every account looked at that has any number of them.</summary>
    public IReadOnlyList<int[]> Probes { get; }

    public static TextPeers Find(IReadOnlyList<TraitPartition> partitions, Population population) => new(partitions, population);

    static List<TraitState> TextsOf(IReadOnlyList<TraitPartition> partitions, double most)
    {
        List<TraitState> texts = [.. partitions.SelectMany(partition => partition.Traits).Where(trait =>
            trait.Key.Kind.IsUserText() && trait.Accounts.Length >= MinAccounts && trait.AccountCount <= most)];
        var every = (ulong)((texts.Count + MaxTexts - 1) / MaxTexts);
        return every <= 1 ? texts : texts.FindAll(text => (text.Key.Value >> 8) % every == 0);
    }

    int[] Of(AccountState account, Tally names)
    {
        names.Clear();
        Span<int> seen = stackalloc int[Exchanges];
        var texts = 0;
        foreach (ref readonly var digest in account.Digests)
        {
            if (digest.NewUserTokens > 0 && texts < Exchanges && RarestOf(digest) is >= 0 and var text && !seen[..texts].Contains(text))
            {
                seen[texts++] = text;
                names.Add(Texts[text].Accounts);
            }
        }

        var least = Math.Max(InCommon, (int)Math.Ceiling(InCommonShare * texts));
        return texts < InCommon ? [] : [.. names.AtLeast(least).Select(_population.IndexOf).Where(peer => peer >= 0)]; // an account without room has a name only
    }

    int RarestOf(in AccountDigest digest)
    {
        var best = -1;
        foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
        {
            if (_keys.IndexOf(key) is >= 0 and var text && (best < 0 || IsRarer(Texts[text], Texts[best])))
            {
                best = text;
            }
        }

        return best;
    }

    static bool IsRarer(TraitState one, TraitState other) =>
        one.AccountCount < other.AccountCount || (one.AccountCount == other.AccountCount && one.Key.Value < other.Key.Value);

    /// <summary>How often each name was met; a worker's own.</summary>
    sealed class Tally
    {
        const int Slots = 2 * Exchanges * TraitState.SampleSize; // names of all texts at most, twice

        readonly ulong[] _names = new ulong[Slots];
        readonly byte[] _counts = new byte[Slots];
        readonly List<int> _used = [];

        public void Clear()
        {
            _used.ForEach(slot => _counts[slot] = 0);
            _used.Clear();
        }

        public void Add(ReadOnlySpan<ulong> names)
        {
            foreach (var name in names)
            {
                var slot = (int)(name >> 20) & (Slots - 1); // names are keyed hashes
                while (_counts[slot] != 0 && _names[slot] != name)
                {
                    slot = (slot + 1) & (Slots - 1);
                }

                if (_counts[slot]++ == 0)
                {
                    _names[slot] = name;
                    _used.Add(slot);
                }
            }
        }

        public IEnumerable<ulong> AtLeast(int times) => _used.Where(slot => _counts[slot] >= times).Select(slot => _names[slot]);
    }
}
