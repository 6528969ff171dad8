using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>What is held of an account, and since the end of which epoch without a break; Unix time, milliseconds.</summary>
/// <param name="AlarmedMs">Since when it has been at verify or above, whatever the rung and whatever it is accused of; 0 while it is observed.</param>
internal readonly record struct Holding(Verdict Verdict, Rung Rung, long SinceMs, long AlarmedMs);

/// <summary>Remembers, account by account, since when each judgement has held, and which campaign it belonged to last. Rings change their
/// shape as they grow; accounts do not.</summary>
internal sealed class CampaignRegister
{
    const double CoreShare = 0.1;

    Dictionary<ulong, Holding> _held = [];

    /// <summary>Which campaign is which from one judgement to the next.</summary>
    public Lineage Lineage { get; private set; } = new();

    public Holding? Of(ulong account) => _held.TryGetValue(account, out var holding) ? holding : null;

    /// <summary>The rung that half of a ring's members hold or exceed with this verdict: what hysteresis starts from.</summary>
    public Rung HeldBy(RingView ring, Verdict verdict)
    {
        var rungs = ring.Members.Select(m => Of(m.Account.Name) is { } h && h.Verdict == verdict ? h.Rung : Rung.Observe).Order().ToList();
        return rungs[rungs.Count / 2];
    }

    /// <summary>Replaces what is held by what was judged at <paramref name="nowMs"/>; an unchanged judgement keeps its date.</summary>
    public void Record(IEnumerable<(ulong Account, Verdict Verdict, Rung Rung)> judged, long nowMs)
    {
        var next = new Dictionary<ulong, Holding>();
        foreach (var (account, verdict, rung) in judged)
        {
            var isHeld = _held.TryGetValue(account, out var before);
            var alarmed = rung == Rung.Observe ? 0 : before.AlarmedMs > 0 ? before.AlarmedMs : nowMs;
            next.TryAdd(account, isHeld && before.Verdict == verdict && before.Rung == rung ? before : new Holding(verdict, rung, nowMs, alarmed));
        }

        _held = next;
    }

    /// <summary>Names what was judged at <paramref name="nowMs"/>: the campaigns that go on keep their numbers.</summary>
    public IReadOnlyList<CampaignState> Named(IReadOnlyList<CampaignState> states, long nowMs)
    {
        Lineage = Lineage.With([.. states.Select(Members)], nowMs, out var numbers);
        return [.. states.Zip(numbers, (state, number) => state with { Number = number })];
    }

    /// <summary>When a campaign's judgement first held: the first time that a tenth of its members (five at least) were held to its verdict and rung.</summary>
    public long DetectedMs(IReadOnlyList<ulong> members, Verdict verdict, Rung rung, long nowMs) =>
        CoreMs(members, h => h.Verdict == verdict && h.Rung == rung ? h.SinceMs : 0) ?? nowMs;

    /// <summary>When a campaign was first accused, at any rung and of whatever: since then a tenth of its members have been at verify or above. Null: they are not.</summary>
    public long? AlarmedMs(IReadOnlyList<ulong> members) => CoreMs(members, h => h.AlarmedMs);

    /// <summary>The first time that a tenth of the members (five at least) had a date; of fewer, the last date; null when none has one, which is 0.</summary>
    long? CoreMs(IReadOnlyList<ulong> members, Func<Holding, long> dateOf)
    {
        var dates = members.Select(Of).OfType<Holding>().Select(dateOf).Where(d => d > 0).Order().ToList();
        var core = Math.Max(TraitGate.MinActors, (int)(CoreShare * members.Count));
        return dates.Count == 0 ? null : dates[Math.Min(core, dates.Count) - 1];
    }

    /// <summary>A register that holds the same and goes its own way from here: what is recorded is replaced, never changed.</summary>
    public CampaignRegister Copy() => new() { _held = _held, Lineage = Lineage };

    // The founder first: the earliest account of those that are held to what their campaign is, not one at its edge.
    static LineageMember[] Members(CampaignState state) =>
        [.. state.Accounts.OrderByDescending(a => a.Rung >= state.Judged.Rung).ThenBy(a => a.Member.Index).Select(a => new LineageMember(a.Member.Account.Name, a.Member.Index))];

    public void Write(BinaryWriter writer)
    {
        writer.WriteAll<Row>(
            _held.OrderBy(h => h.Key).Select(h => new Row { Account = h.Key, SinceMs = h.Value.SinceMs, AlarmedMs = h.Value.AlarmedMs, Verdict = h.Value.Verdict, Rung = h.Value.Rung }).ToArray());
        Lineage.Write(writer);
    }

    public void Read(BinaryReader reader)
    {
        _held = reader.ReadAll<Row>().ToDictionary(r => r.Account, r => new Holding(r.Verdict, r.Rung, r.SinceMs, r.AlarmedMs));
        Lineage = Lineage.Read(reader);
    }

    struct Row
    {
        public ulong Account;
        public long SinceMs;
        public long AlarmedMs;
        public Verdict Verdict;
        public Rung Rung;
    }
}
