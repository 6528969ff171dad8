using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>A campaign as it is followed from judgement to judgement.</summary>
internal sealed class RegisteredCampaign(int number)
{
    public int Number { get; } = number;

    public Verdict Verdict { get; set; }

    public Rung Rung { get; set; }

    /// <summary>End of the epoch at which this verdict and rung first held, without a break until now; Unix time, milliseconds.</summary>
    public long SinceMs { get; set; }

    /// <summary>End of the epoch of the first alarm, whatever its rung.</summary>
    public long FirstAlarmMs { get; set; }

    /// <summary>Members by keyed name: their rung and since when it has held.</summary>
    public Dictionary<ulong, (Rung Rung, long SinceMs)> Members { get; set; } = [];
}

/// <summary>Gives rings a name that lasts: a ring is the campaign whose members it mostly has. Remembers when each judgement first held.</summary>
internal sealed class CampaignRegister
{
    const double SameShare = 0.5;
    const int MaxCampaigns = 1024;

    readonly List<RegisteredCampaign> _campaigns = [];
    int _last;

    public RegisteredCampaign? ByNumber(int number) => _campaigns.Find(c => c.Number == number);

    /// <summary>The campaigns the rings continue, in order of the rings; null for a ring that is new. Each campaign is continued once.</summary>
    public RegisteredCampaign?[] Match(IReadOnlyList<IReadOnlyCollection<ulong>> rings)
    {
        var pairs = new List<(double Share, int Ring, RegisteredCampaign Campaign)>();
        for (var r = 0; r < rings.Count; r++)
        {
            foreach (var campaign in _campaigns)
            {
                var shared = rings[r].Count(campaign.Members.ContainsKey);
                var share = (double)shared / Math.Max(1, Math.Min(rings[r].Count, campaign.Members.Count));
                if (share >= SameShare)
                {
                    pairs.Add((share, r, campaign));
                }
            }
        }

        var matched = new RegisteredCampaign?[rings.Count];
        var taken = new HashSet<int>();
        foreach (var (_, ring, campaign) in pairs.OrderByDescending(p => p.Share).ThenBy(p => p.Campaign.Number).ThenBy(p => p.Ring))
        {
            if (matched[ring] is null && taken.Add(campaign.Number))
            {
                matched[ring] = campaign;
            }
        }

        return matched;
    }

    /// <summary>Records what was judged of a ring at <paramref name="nowMs"/>.</summary>
    public RegisteredCampaign Record(RegisteredCampaign? known, Verdict verdict, Rung rung, IEnumerable<(ulong Account, Rung Rung)> members, long nowMs)
    {
        if (known is null)
        {
            known = new RegisteredCampaign(++_last) { SinceMs = nowMs, FirstAlarmMs = nowMs, Verdict = verdict, Rung = rung };
            _campaigns.Add(known);
        }

        if (known.Verdict != verdict || known.Rung != rung)
        {
            (known.Verdict, known.Rung, known.SinceMs) = (verdict, rung, nowMs);
        }

        var before = known.Members;
        known.Members = members.ToDictionary(
            m => m.Account, m => before.TryGetValue(m.Account, out var held) && held.Rung == m.Rung ? held : (m.Rung, nowMs));
        return known;
    }

    /// <summary>Lets go of campaigns that no ring continued, so that a judgement that returns counts from its return.</summary>
    public void Forget(IReadOnlySet<int> current)
    {
        _campaigns.RemoveAll(c => !current.Contains(c.Number));
        if (_campaigns.Count > MaxCampaigns)
        {
            _campaigns.RemoveRange(MaxCampaigns, _campaigns.Count - MaxCampaigns);
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_last);
        writer.Write(_campaigns.Count);
        foreach (var campaign in _campaigns)
        {
            writer.Write(campaign.Number);
            writer.Write((byte)campaign.Verdict);
            writer.Write((byte)campaign.Rung);
            writer.Write(campaign.SinceMs);
            writer.Write(campaign.FirstAlarmMs);
            writer.WriteAll<Member>(campaign.Members.OrderBy(m => m.Key)
                .Select(m => new Member { Account = m.Key, SinceMs = m.Value.SinceMs, Rung = m.Value.Rung }).ToArray());
        }
    }

    public void Read(BinaryReader reader)
    {
        _last = reader.ReadInt32();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _campaigns.Add(new RegisteredCampaign(reader.ReadInt32())
            {
                Verdict = (Verdict)reader.ReadByte(),
                Rung = (Rung)reader.ReadByte(),
                SinceMs = reader.ReadInt64(),
                FirstAlarmMs = reader.ReadInt64(),
                Members = reader.ReadAll<Member>().ToDictionary(m => m.Account, m => (m.Rung, m.SinceMs)),
            });
        }
    }

    struct Member
    {
        public ulong Account;
        public long SinceMs;
        public Rung Rung;
    }
}
