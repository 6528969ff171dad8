using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Benchmarks;

/// <summary>Traffic made as sketches, of any size at a microsecond an exchange: customers, rings among them, and whoever floods the trait tables.</summary>
/// <remarks>
/// Its keys are distributed as texts' are: a third of a customer's exchanges hold phrases from a long-tailed pool, all hold many that never come again. What it says of
/// speed and memory holds for real sketches too; its rings are plain (one template, shared cards, few exits), so finding them is the least to ask.
/// Accounts speak evenly over <see cref="Hours"/>; numbers come from splitmix64 and are the same every time.
/// </remarks>
internal sealed record SyntheticTraffic
{
    const int FreshKeys = 14;
    const int PoolKeys = 4;
    const int RingKeys = 8;
    const int Clients = 40;
    const double PhraseRatio = 1 / 3.0;
    const int CardHolders = 10;
    const int AccountsPerNetwork = 4;
    const int ModelIndex = 1;

    public required int Accounts { get; init; }

    public int ExchangesPerAccount { get; init; } = 20;

    /// <summary>Rings, each of so many accounts; they come on top of <see cref="Accounts"/>.</summary>
    public int Rings { get; init; }

    public int RingAccounts { get; init; } = 100;

    /// <summary>Distinct traits that flooders show; half of them one account shows, half two do. They come on top.</summary>
    public long FloodTraits { get; init; }

    public int Flooders { get; init; } = 1_000;

    public int Hours { get; init; } = 48;

    public static DateTimeOffset Start => new(2026, 2, 2, 0, 0, 0, TimeSpan.Zero);

    public static DetectionKey Key { get; } = DetectionKey.FromText("synthetic traffic");

    int Members => Rings * RingAccounts;

    public long Exchanges => ((long)(Accounts + Members) * ExchangesPerAccount) + FloodExchanges;

    // Three exchanges show two sets of keys.
    long FloodExchanges => FloodTraits / (2 * ContentKeys.Capacity) * 3;

    /// <summary>Who they are; the ids of ring members begin with <c>ring</c>.</summary>
    public IEnumerable<AccountRecord> Records()
    {
        for (var account = 0; account < Accounts + Members + (FloodTraits > 0 ? Flooders : 0); account++)
        {
            var member = account - Accounts;
            var isMember = member >= 0 && member < Members;
            var draw = Mix((ulong)account ^ 0xACC0);
            yield return new AccountRecord
            {
                Account = IdOf(account),
                Created = Start.AddHours(isMember ? -48 - (member / RingAccounts) - (double)(draw % 6) : -24 * (double)(40 + (draw % 700))),
                Verification = VerificationLevel.Payment,
                Payment = isMember ? $"card-{member / RingAccounts}-{member % RingAccounts / CardHolders}" : $"card-{account}",
                Device = $"device-{account}",
            };
        }
    }

    public string IdOf(int account) => account < Accounts ? $"acct-{account}" : account < Accounts + Members ? $"ring-{(account - Accounts) / RingAccounts}-{account}" : $"flood-{account}";

    public bool IsMember(string id) => id.StartsWith("ring-", StringComparison.Ordinal);

    /// <summary>Hands out every exchange in order of time.</summary>
    public void Each(DetectionKey key, Action<ExchangeSketch> take)
    {
        var names = new ulong[Accounts + Members + (FloodTraits > 0 ? Flooders : 0)];
        for (var account = 0; account < names.Length; account++)
        {
            names[account] = key.Name(TraitKind.None, System.Text.Encoding.UTF8.GetBytes(IdOf(account)));
        }

        var (people, all) = (Accounts + Members, Exchanges);
        var (flooded, start, span) = (0L, Start.ToUnixTimeMilliseconds(), Hours * 3_600_000L);
        for (var i = 0L; i < all; i++)
        {
            var draw = Mix((ulong)i);
            var sketch = new ExchangeSketch
            {
                TimeMs = start + (long)((double)i / all * span),
                Order = Mix(draw),
                Model = ModelIndex,
                NewUserTokens = 120,
                OutputTokens = 300,
                Traits = ExchangeTraits.StartsTask,
                Item = draw | 1,
                Task = draw | 1,
            };

            // The flood is spread evenly between the others.
            if (FloodExchanges > 0 && (i + 1) * FloodExchanges / all > i * FloodExchanges / all)
            {
                Flood(ref sketch, names, flooded++);
            }
            else
            {
                Speak(ref sketch, names, (int)(Mix(draw ^ 1) % (ulong)people), draw);
            }

            take(sketch);
        }
    }

    void Speak(ref ExchangeSketch sketch, ulong[] names, int account, ulong draw)
    {
        sketch.Account = names[account];
        sketch.Tls = Mix((ulong)account % Clients) | 1;
        var ring = account < Accounts ? -1 : (account - Accounts) / RingAccounts;
        sketch.Network = ring < 0
            ? Mix(0x0E7 ^ (Mix((ulong)account) % (ulong)Math.Max(1, Accounts / AccountsPerNetwork))) | 1
            : Mix(0x0E8 ^ (ulong)((ring * 64) + (account % (RingAccounts / AccountsPerNetwork)))) | 1;
        for (var k = 0; ring >= 0 && k < RingKeys; k++)
        {
            Sketcher.AddKey(ref sketch, TraitKind.HeadSkeleton, Mix((ulong)((ring * 64) + k) ^ 0x7E3));
        }

        for (var k = 0; k < FreshKeys; k++)
        {
            Sketcher.AddKey(ref sketch, TraitKind.Shingle, Mix(draw + (ulong)k));
        }

        for (var k = 0; k < PoolKeys && draw / (double)ulong.MaxValue < PhraseRatio; k++)
        {
            // Rank r with probability about 1/r up to a hundred thousand: phrases everybody uses, and ones that few do.
            var rank = (ulong)Math.Exp(Mix(draw ^ (ulong)(k + 100)) / (double)ulong.MaxValue * Math.Log(1e5));
            Sketcher.AddKey(ref sketch, TraitKind.TailSkeleton, Mix(rank ^ 0x900));
        }

        for (var f = 0; f < Fingerprints.Capacity; f++)
        {
            sketch.Said[f] = Mix(draw ^ (ulong)(f + 200)) | 1;
        }
    }

    // Of three exchanges in a row, the first two show keys of their own, and the third those of the first, from another account.
    void Flood(ref ExchangeSketch sketch, ulong[] names, long number)
    {
        var (three, part) = (number / 3, number % 3);
        var source = part == 2 ? three * 3 : number;
        sketch.Account = names[Accounts + Members + (int)(Mix((ulong)number ^ 0xF100D) % (ulong)Flooders)];
        for (var k = 0; k < ContentKeys.Capacity; k++)
        {
            Sketcher.AddKey(ref sketch, TraitKind.Shingle, Mix(((ulong)source * ContentKeys.Capacity) + (ulong)k + (1UL << 60)));
        }
    }

    static ulong Mix(ulong value)
    {
        var z = value + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
