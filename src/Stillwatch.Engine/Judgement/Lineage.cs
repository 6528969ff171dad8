using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <param name="Account">Keyed name.</param>
/// <param name="Index">Its place among all accounts, from 0, in order of first exchange.</param>
internal readonly record struct LineageMember(ulong Account, int Index);

/// <summary>Which campaign each account was in when last judged in one, so that a campaign keeps its number while its members carry on. Immutable.</summary>
/// <remarks>
/// A campaign's number is its founder's place among all accounts, from 1: it says the same in a scan and live, and before and after a judgement
/// is recorded. A judged ring takes the number of an earlier campaign when it holds more than half of the smaller of the two; of several
/// earlier ones the oldest (where rings met), and of several rings the one that holds most of its accounts (where a ring divided). A number is
/// never given to another campaign. An account that is in no ring keeps its last campaign, so one that was lost from sight comes back under its
/// number. Bounded by the number of accounts.
/// </remarks>
internal sealed class Lineage
{
    readonly Dictionary<ulong, int> _campaignOf = [];
    readonly Dictionary<int, long> _bornMs = [];
    readonly Dictionary<int, int> _sizes = [];

    public Lineage()
    {
    }

    Lineage(Dictionary<ulong, int> campaignOf, Dictionary<int, long> bornMs)
    {
        (_campaignOf, _bornMs) = (campaignOf, bornMs);
        _sizes = campaignOf.Values.CountBy(number => number).ToDictionary();
    }

    /// <summary>The lineage after a judgement, and the number of each ring.</summary>
    /// <param name="rings">The rings' members, founders first; an account counts for the first ring it is in.</param>
    public Lineage With(IReadOnlyList<IReadOnlyList<LineageMember>> rings, long nowMs, out int[] numbers)
    {
        // 1. What goes on.
        numbers = new int[rings.Count];
        var taken = new HashSet<int>();
        foreach (var (number, ring, _) in Claims(rings).OrderBy(c => _bornMs[c.Number]).ThenBy(c => c.Number).ThenByDescending(c => c.Shared).ThenBy(c => c.Ring))
        {
            if (numbers[ring] == 0 && taken.Add(number))
            {
                numbers[ring] = number;
            }
        }

        // 2. What is new, numbered by its first member whose number was never given.
        var bornMs = new Dictionary<int, long>(_bornMs);
        for (var r = 0; r < rings.Count; r++)
        {
            if (numbers[r] == 0)
            {
                numbers[r] = rings[r].Select(m => m.Index + 1).Concat(BeyondAccounts).First(n => !bornMs.ContainsKey(n));
                bornMs.Add(numbers[r], nowMs);
            }
        }

        // 3. Who is where now.
        var campaignOf = new Dictionary<ulong, int>(_campaignOf);
        var seen = new HashSet<ulong>();
        for (var r = 0; r < rings.Count; r++)
        {
            foreach (var member in rings[r])
            {
                if (seen.Add(member.Account))
                {
                    campaignOf[member.Account] = numbers[r];
                }
            }
        }

        return new Lineage(campaignOf, bornMs);
    }

    IEnumerable<(int Number, int Ring, int Shared)> Claims(IReadOnlyList<IReadOnlyList<LineageMember>> rings)
    {
        for (var r = 0; r < rings.Count; r++)
        {
            foreach (var (number, shared) in rings[r].Select(m => _campaignOf.GetValueOrDefault(m.Account)).Where(n => n != 0).CountBy(n => n))
            {
                if (2 * shared > Math.Min(_sizes[number], rings[r].Count))
                {
                    yield return (number, r, shared);
                }
            }
        }
    }

    /// <summary>For a ring each of whose members founded a campaign before.</summary>
    static IEnumerable<int> BeyondAccounts => Enumerable.Range(0, int.MaxValue).Select(i => int.MaxValue - i);

    public void Write(BinaryWriter writer)
    {
        writer.WriteAll<Row>(_campaignOf.OrderBy(c => c.Key).Select(c => new Row { Account = c.Key, Number = c.Value }).ToArray());
        writer.WriteAll<Birth>(_bornMs.OrderBy(b => b.Key).Select(b => new Birth { Number = b.Key, AtMs = b.Value }).ToArray());
    }

    public static Lineage Read(BinaryReader reader) => new(
        reader.ReadAll<Row>().ToDictionary(r => r.Account, r => (int)r.Number), reader.ReadAll<Birth>().ToDictionary(b => (int)b.Number, b => b.AtMs));

    struct Row
    {
        public ulong Account;
        public long Number; // as wide as its neighbour: a snapshot holds no padding
    }

    struct Birth
    {
        public long Number;
        public long AtMs;
    }
}
