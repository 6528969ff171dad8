using System.Text;

namespace Stillwatch.Storage.Cases;

/// <summary>Appeals: made by the account itself, answered by a person.</summary>
public sealed partial class CaseCommands
{
    /// <summary>Longest statement, UTF-8 bytes.</summary>
    public const int MaxAppealBytes = 8 * 1024;

    const int MaxContactBytes = 256;
    const int MostAppeals = 5;
    static readonly TimeSpan AppealSpan = TimeSpan.FromDays(30);

    /// <summary>An account objects to an enforced response. One open appeal per case and account, five in thirty days.</summary>
    /// <param name="caseId">
    /// Null for the case with the strictest response, or for access when only that is refused; <see cref="Appeal.AboutAccess"/> always means access.
    /// </param>
    /// <param name="isShutOut">Records or region refuse the account now.</param>
    public CaseAnswer Appeal(string account, string? caseId, string text, string? contact, DateTimeOffset now, bool isShutOut = false)
    {
        if (string.IsNullOrWhiteSpace(text) || Encoding.UTF8.GetByteCount(text) > MaxAppealBytes)
        {
            return CaseAnswer.No(CaseFault.Invalid, $"statement: say what is wrong, in at most {MaxAppealBytes} bytes of UTF-8.");
        }

        if (contact is not null && Encoding.UTF8.GetByteCount(contact) > MaxContactBytes)
        {
            return CaseAnswer.No(CaseFault.Invalid, $"contact: at most {MaxContactBytes} bytes of UTF-8.");
        }

        CaseAnswer? answer = null;
        var id = CaseIds.NewAppeal(now);
        var picture = store.Change(before =>
        {
            var responses = before.ResponsesOf(account, now).Where(found => found.Held.Enforced && (caseId is null || found.Case.Id == caseId)).ToList();
            var isAboutAccess = caseId == Cases.Appeal.AboutAccess || (caseId is null && responses.Count == 0 && isShutOut);
            if (responses.Count == 0 && !isAboutAccess)
            {
                answer = CaseAnswer.No(
                    CaseFault.NoAccount,
                    "Nothing is done to this account that an appeal could end: GET /stillwatch/v1/standing says what is. "
                    + "Against a refusal by region, level or record, appeal with \"case\": \"access\".");
                return [];
            }

            var target = isAboutAccess ? Cases.Appeal.AboutAccess : responses[0].Case.Id;
            var earlier = before.AppealsOf.GetValueOrDefault(account, []).Select(known => before.Appeals[known]).ToList();
            if (earlier.Find(appeal => appeal.IsOpen && appeal.Case == target) is { } open)
            {
                answer = CaseAnswer.No(CaseFault.AppealOpen, $"The appeal {open.Id} about {target} waits for its answer: GET /stillwatch/v1/appeals/{open.Id} shows it.");
                return [];
            }

            if (earlier.Count(appeal => now - appeal.At < AppealSpan) >= MostAppeals)
            {
                answer = CaseAnswer.No(CaseFault.TooManyAppeals, $"{MostAppeals} appeals in {AppealSpan.TotalDays:N0} days are taken; the next one later.");
                return [];
            }

            return [new AppealMade { At = now, Case = isAboutAccess ? null : target, Id = id, Account = account, Text = text, Contact = contact }];
        });
        return answer ?? new CaseAnswer(CaseFault.None, null, Appeal: picture.Appeals[id]);
    }

    /// <summary>
    /// A person answers. Overturning ends the response of this account, or of the whole case, and repairs it. Records and region rules are not changed
    /// by an answer: whoever overturns an appeal about access corrects them.
    /// </summary>
    public CaseAnswer Answer(string appealId, AppealDecision decision, bool wholeCase, string by, string text, DateTimeOffset now)
    {
        if (Fault(by, text) is { } wrong)
        {
            return wrong;
        }

        CaseAnswer? answer = null;
        var repairs = new List<AccountRepaired>();
        var picture = store.Change(before =>
        {
            if (!before.Appeals.TryGetValue(appealId, out var appeal))
            {
                answer = CaseAnswer.No(CaseFault.UnknownAppeal, $"There is no appeal {appealId}.");
                return [];
            }

            if (!appeal.IsOpen)
            {
                answer = CaseAnswer.No(CaseFault.AlreadyDecided, $"{appealId} was answered by {appeal.Answer!.By}.");
                return [];
            }

            if (appeal.IsAboutAccess)
            {
                answer = wholeCase ? CaseAnswer.No(CaseFault.Invalid, $"whole_case: {appealId} is about access and belongs to no case.") : null;
                return wholeCase ? [] : [new AppealAnswered { At = now, Case = null, Id = appealId, Decision = decision, Text = text, By = by }];
            }

            var entries = new List<CaseEntry> { new AppealAnswered { At = now, Case = appeal.Case, Id = appealId, Decision = decision, Text = text, By = by } };
            if (decision == AppealDecision.Overturn)
            {
                var meant = Living(before, before.Cases[appeal.Case]);
                repairs.AddRange(wholeCase
                    ? Repairs(meant, [.. meant.Restrictions.Keys], by, text, now)
                    : before.Cases.Values.Where(one => one.Id == meant.Id || one.IsLive).SelectMany(one => Repairs(one, [appeal.Account], by, text, now)));
                entries.AddRange(wholeCase
                    ? meant.State is CaseState.Dismissed or CaseState.Overturned ? [] : Closing(before.With(entries[0]), meant, CaseState.Overturned, by, text, now)
                    : before.LiveCases.Where(one => one.Id != meant.Id && one.Held.ContainsKey(appeal.Account)).Prepend(meant)
                        .SelectMany(one => Clearing(one, [appeal.Account], by, text, now)));
                entries.AddRange(repairs);
            }

            return entries;
        });
        return answer ?? Repaired(new CaseAnswer(CaseFault.None, null, picture.Cases.GetValueOrDefault(picture.Appeals[appealId].Case), picture.Appeals[appealId]), repairs, now);
    }

    /// <summary>The case that took another one over, if one did: rings divide and meet while an appeal waits.</summary>
    static Case Living(CasePicture picture, Case one)
    {
        while (one.MergedInto is { } next)
        {
            one = picture.Cases[next];
        }

        return one;
    }
}
