namespace Stillwatch.Engine.Provenance;

/// <summary>Which crossings link their two accounts: those that came twice, and those among accounts that hand outputs round.</summary>
/// <remarks>
/// A large pool grades each answer on whichever account is free, so hardly any pair of its accounts meets twice. What it cannot help is that most accounts both
/// get others' answers and have their own taken, by several each way. Who publishes has presenters and presents nobody; who pastes what was published
/// presents and is not taken from; two partners are two. An account hands round when two others at least present its outputs and it presents two others';
/// whoever takes from such accounts and is taken from by them belongs to the circle. Cost: linear in the pairs, once a judgement.
/// </remarks>
internal sealed class Circulation
{
    const int MinPartners = 2;
    const int MinRepeats = 2;

    public Circulation(IEnumerable<(ulong Owner, ulong Presenter, int Count)> pairs)
    {
        var all = pairs.ToList();
        var hands = Both(all, MinPartners);
        var circle = Both([.. all.Where(p => hands.Contains(p.Owner) || hands.Contains(p.Presenter))], 1);
        Pairs = [.. all.Select(p => (p.Owner, p.Presenter,
            p.Count >= MinRepeats || ((hands.Contains(p.Owner) || hands.Contains(p.Presenter)) && circle.Contains(p.Owner) && circle.Contains(p.Presenter))))];
        Linked = [.. Pairs.Where(p => p.IsLinked).Select(p => (p.Owner, p.Presenter))];
        Circle = circle;
    }

    /// <summary>Owner and presenter of every crossing, ascending, and whether it links them.</summary>
    public IReadOnlyList<(ulong Owner, ulong Presenter, bool IsLinked)> Pairs { get; }

    /// <summary>Owner and presenter of every crossing that links, ascending.</summary>
    public IReadOnlyList<(ulong Owner, ulong Presenter)> Linked { get; }

    /// <summary>Accounts that hand outputs round, both ways.</summary>
    public IReadOnlySet<ulong> Circle { get; }

    /// <summary>Accounts with so many partners, different ones, as owner and as presenter.</summary>
    static HashSet<ulong> Both(List<(ulong Owner, ulong Presenter, int Count)> pairs, int partners)
    {
        var presenters = pairs.CountBy(p => p.Owner).ToDictionary();
        var owners = pairs.CountBy(p => p.Presenter).ToDictionary();
        return [.. presenters.Where(p => p.Value >= partners && owners.GetValueOrDefault(p.Key) >= partners).Select(p => p.Key)];
    }
}
