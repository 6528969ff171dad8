using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>One look at a report: what has to be written so that cases and responses are as it says. Pure but for new names.</summary>
/// <remarks>
/// 1. Campaigns find their cases. 2. Cases take what is new of them, and accounts move where rings divided or met. 3. Each account goes to the
/// rung that was decided, never above it; a person's decision stands until its end. 4. What is past its end, ends. 5. Cases that nothing is held
/// in any more expire, and so do requests that nobody approved. A response that still holds is renewed at most once a day, so that the log tells what happened and not that time passes.
/// </remarks>
sealed class LadderRound(CasePicture picture, CaseOverlay overlay, AccessPolicy policy, Func<string, VerificationLevel> level, DateTimeOffset now)
{
    static readonly TimeSpan RenewAfter = TimeSpan.FromDays(1);
    static readonly TimeSpan QuietFor = TimeSpan.FromDays(2);

    readonly CaseMatching _matching = new(overlay, picture);
    readonly LadderActions _actions = new(policy, now);
    readonly Dictionary<string, (int Campaign, List<string> Joined)> _matched = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<string>> _left = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _movedTo = new(StringComparer.Ordinal);

    bool Enforces => policy.Mode == PolicyMode.Enforce;

    /// <summary>Campaigns whose response was decided on too little evidence, and so not followed.</summary>
    public List<string> Distrusted { get; } = [];

    public List<string> Opened { get; } = [];

    public IReadOnlyList<CaseEntry> Entries()
    {
        MatchCases();
        var judged = Judged();
        DecideAccounts();
        EndAndCorrect();
        return [.. judged, .. _actions.Entries(), .. picture.LiveCases.SelectMany(one => CaseCommands.Overdue(one, now)), .. Ended()];
    }

    void MatchCases()
    {
        for (var i = 0; i < _matching.Targets.Length; i++)
        {
            if (!_matching.Qualifies[i] || _matching.Members(i).Count == 0)
            {
                continue;
            }

            var id = _matching.Targets[i] ??= NewCase();
            var joined = _matching.Members(i).Where(account => picture.CaseOf.GetValueOrDefault(account) != id).ToList();
            _matched[id] = (i, joined);
            foreach (var account in joined)
            {
                if (picture.CaseOf.TryGetValue(account, out var before))
                {
                    (_left.TryGetValue(before, out var left) ? left : _left[before] = []).Add(account);
                    _movedTo[before] = id;
                }
            }
        }
    }

    string NewCase()
    {
        Opened.Add(CaseIds.NewCase(now));
        return Opened[^1];
    }

    List<CaseEntry> Judged()
    {
        var entries = new List<CaseEntry>();
        foreach (var (id, (campaign, joined)) in _matched)
        {
            var news = new CaseNews(picture.Cases.GetValueOrDefault(id), overlay.Report.Campaigns[campaign], _matching, campaign, now);
            if (news.Entry(id, joined, _left.GetValueOrDefault(id, [])) is { } entry)
            {
                entries.Add(entry);
            }
        }

        entries.AddRange(_left.Where(left => !_matched.ContainsKey(left.Key)).Select(left => CaseNews.Loss(picture.Cases[left.Key], left.Value, now)));
        return entries;
    }

    void DecideAccounts()
    {
        var families = overlay.Report.Campaigns.Select(campaign => EvidenceFamilies.Of(campaign.Evidence)).ToList();
        foreach (var (account, (judgement, i)) in _matching.Claims)
        {
            var campaign = overlay.Report.Campaigns[i];
            var home = picture.CaseOf.TryGetValue(account, out var homeId) ? picture.Cases[homeId] : null;
            var held = home?.Held.GetValueOrDefault(account);
            if (held is { IsByPerson: true } && now < held.Until)
            {
                continue; // nobody but a person, or its end, ends what a person decided
            }

            var isDismissed = overlay.Held.ContainsKey(account);
            var (rung, rule, says) = isDismissed || _matching.Targets[i] is null
                ? (Rung.Observe, "dismissed", "This evidence was found to be false before, and there is no other.")
                : Decide(account, judgement, campaign, families[i]);
            var target = isDismissed ? homeId : _matching.Targets[i] ?? homeId;
            if (target is null || (rung == Rung.Observe && held is null))
            {
                continue;
            }

            if (target != homeId && held is { IsByPerson: true })
            {
                held = null; // past its end: it ends in the case it was decided in, below
                if (rung == Rung.Observe)
                {
                    continue;
                }
            }

            var isMixed = rung >= Rung.Shape && judgement is not null && Mixes(judgement, campaign, held);
            var isKept = held is { IsByPerson: false } && held.Rung == rung && held.Enforced == Enforces && held.InClassesOnly == isMixed;
            if (isKept && target == homeId && held!.Until - now > Days(rung) - RenewAfter)
            {
                continue;
            }

            if (target != homeId && held is not null)
            {
                says += $" The ring is now {target}, where it was {homeId} before.";
            }

            _actions.Add(target, account, held?.Rung ?? Rung.Observe, rung, isKept ? held!.Since : now, rule, families[i], [says, .. rung > Rung.Observe ? campaign.Reasons : []], isMixed, i);
        }
    }

    (Rung Rung, string Rule, string Says) Decide(string account, AccountJudgement? judgement, Campaign campaign, IReadOnlyDictionary<string, double> families)
    {
        // Above shape only a person decides, whatever a report says.
        var rung = judgement is null ? Rung.Observe : judgement.Response > Rung.Shape ? Rung.Shape : judgement.Response;
        if (rung == Rung.Observe)
        {
            return (rung, "not_held", "The judgement no longer asks for a response.");
        }

        if (rung >= Rung.Shape && !EvidenceFamilies.MayRestrict(families))
        {
            if (!Distrusted.Contains(campaign.Id))
            {
                Distrusted.Add(campaign.Id);
            }

            return (Rung.Observe, "two_families", "A restriction rests on two families of evidence, one of them other than content and time; this one does not.");
        }

        return rung == Rung.Verify && level(account) >= VerificationLevel.Person
            ? (Rung.Observe, "verified", "The account is verified already, which is all that would be asked of it.")
            : (rung, Named(rung), $"The policy's rule {Named(rung)} is met.");
    }

    /// <summary>An account that mixes is restricted in its harvest alone; it takes a little more to be called unmixed again, so that nobody flickers.</summary>
    static bool Mixes(AccountJudgement judgement, Campaign campaign, HeldResponse? held) =>
        campaign.ClassKeys.Count > 0 && judgement.MembershipRatio < (held is { InClassesOnly: true } ? 0.95 : 0.9);

    void EndAndCorrect()
    {
        foreach (var one in picture.LiveCases)
        {
            foreach (var (account, held) in one.Held)
            {
                var isOver = held.Until <= now;
                var isHome = picture.CaseOf.GetValueOrDefault(account) == one.Id;
                if (isHome && _matching.Claims.TryGetValue(account, out var claim) && !(held.IsByPerson && (!isOver || Moves(account, one, claim.Campaign))))
                {
                    continue; // decided above
                }

                if (isOver)
                {
                    _actions.Add(one.Id, account, held.Rung, Rung.Observe, now, "ended", held.Families, ["It ended by itself: nobody renewed it."], false, -1);
                }
                else if (!held.IsByPerson && _matching.Benign.Contains(account))
                {
                    _actions.Add(one.Id, account, held.Rung, Rung.Observe, now, "benign", held.Families, ["What linked the account is now judged to be lawful automation."], false, -1);
                }
                else if (held.Enforced != Enforces)
                {
                    _actions.Repeat(one.Id, account, held, Enforces);
                }
            }
        }
    }

    bool Moves(string account, Case home, int campaign) =>
        !overlay.Held.ContainsKey(account) && _matching.Targets[campaign] is { } target && target != home.Id;

    IEnumerable<CaseEntry> Ended()
    {
        foreach (var one in picture.LiveCases.Where(one => !_matched.ContainsKey(one.Id)))
        {
            var left = _left.GetValueOrDefault(one.Id, []);
            var remaining = one.Held.Keys.Except(_actions.EndedIn(one.Id)).Except(left.Where(account => !one.Held.TryGetValue(account, out var held) || !held.IsByPerson)).Any();
            if (!remaining && left.Count == one.Accounts.Count && left.Count > 0)
            {
                yield return new CaseDecided
                {
                    At = now, Case = one.Id, State = CaseState.Merged, By = Decisions.Policy, Reason = $"All its accounts are now in {_movedTo[one.Id]}.", MergedInto = _movedTo[one.Id],
                };
            }
            else if (!remaining && left.Count == 0 && now - one.Judged > QuietFor)
            {
                yield return new CaseDecided { At = now, Case = one.Id, State = CaseState.Expired, By = Decisions.Policy, Reason = "The judgement no longer holds, and every response has ended." };
            }
        }
    }

    TimeSpan Days(Rung rung) => TimeSpan.FromDays(policy.Ladder.RuleOf(rung).Days);

    static string Named(Rung rung) => rung.ToString().ToLowerInvariant();
}
