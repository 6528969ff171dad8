using System.Text;

namespace Stillwatch.Storage.Cases;

/// <summary>What is written about a case, and between an account and the operator while an appeal is open.</summary>
public sealed partial class CaseCommands
{
    const int MostNotes = 500;
    const int MostMessages = 50;

    /// <summary>An analyst writes something down for the others, also after the case has ended.</summary>
    public CaseAnswer Note(string caseId, string by, string text, DateTimeOffset now)
    {
        if (Fault(by, text) is { } wrong)
        {
            return wrong;
        }

        CaseAnswer? answer = null;
        var picture = store.Change(before =>
        {
            answer = !before.Cases.TryGetValue(caseId, out var one) ? Unknown(caseId)
                : one.Notes.Count >= MostNotes ? CaseAnswer.No(CaseFault.TooMany, $"{caseId} has {MostNotes} notes: a case holds no more.")
                : null;
            return answer is null ? [new NoteAdded { At = now, Case = caseId, By = by, Text = text }] : [];
        });
        return answer ?? new CaseAnswer(CaseFault.None, null, picture.Cases[caseId]);
    }

    /// <summary>A person asks the account something, or tells it something, without answering the appeal yet.</summary>
    public CaseAnswer Write(string appealId, string by, string text, DateTimeOffset now) =>
        Fault(by, text) ?? Say(appealId, account: null, by, text, now);

    /// <summary>The account adds to its appeal.</summary>
    /// <param name="account">Another's appeal is as unknown as none.</param>
    public CaseAnswer WriteAs(string account, string appealId, string text, DateTimeOffset now) =>
        string.IsNullOrWhiteSpace(text) || Encoding.UTF8.GetByteCount(text) > MaxAppealBytes
            ? CaseAnswer.No(CaseFault.Invalid, $"text: in at most {MaxAppealBytes} bytes of UTF-8.")
            : Say(appealId, account, account, text, now);

    CaseAnswer Say(string appealId, string? account, string by, string text, DateTimeOffset now)
    {
        CaseAnswer? answer = null;
        var picture = store.Change(before =>
        {
            answer = !before.Appeals.TryGetValue(appealId, out var appeal) || (account is not null && appeal.Account != account)
                    ? CaseAnswer.No(CaseFault.UnknownAppeal, $"There is no appeal {appealId}.")
                : !appeal.IsOpen ? CaseAnswer.No(CaseFault.AlreadyDecided, $"{appealId} has been answered: nothing more is written to it.")
                : appeal.Messages.Count >= MostMessages ? CaseAnswer.No(CaseFault.TooMany, $"{appealId} has {MostMessages} messages: it holds no more, and waits for its answer.")
                : null;
            return answer is null
                ? [new AppealMessage { At = now, Case = appeal!.IsAboutAccess ? null : appeal.Case, Id = appealId, IsFromAccount = account is not null, By = by, Text = text }]
                : [];
        });
        return answer ?? new CaseAnswer(CaseFault.None, null, Appeal: picture.Appeals[appealId]);
    }
}
