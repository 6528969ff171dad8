using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Admin;

/// <summary>A change of the rung an account was at.</summary>
/// <param name="Until">When it ends by itself; null at observe.</param>
sealed record RungStep(
    DateTimeOffset At, Rung From, Rung To, string? Case, string Rule, string DecidedBy, string? ApprovedBy, DateTimeOffset? Until, bool Enforced, IReadOnlyList<string> Reasons);

/// <summary>An account over time. Days are UTC.</summary>
/// <param name="Days">By day and model; days without an exchange are left out.</param>
/// <param name="Rungs">The oldest first.</param>
/// <param name="Statements">What the account is told of the responses in force, word for word.</param>
/// <param name="Exchanges">The newest, without any text.</param>
/// <param name="ContentStored">Texts of exchanges are stored: they are read with a reason, and that is audited.</param>
sealed record AccountProfile(
    string Account, DateOnly From, DateOnly Until, IReadOnlyList<DayUsage> Days, IReadOnlyList<RungStep> Rungs, IReadOnlyList<Statement> Statements, IReadOnlyList<string> Cases,
    IReadOnlyList<AnalystAppeal> Appeals, IReadOnlyList<ExchangeLine> Exchanges, bool ContentStored);

/// <summary>An organization over time: its accounts together.</summary>
/// <param name="Members">Accounts whose records name it; at most <see cref="ExchangeLogReader.MostAccounts"/>.</param>
/// <param name="MembersInAll">How many there are: only so many as <paramref name="Members"/> are in <paramref name="Days"/>.</param>
sealed record OrganizationProfile(string Organization, DateOnly From, DateOnly Until, IReadOnlyList<DayUsage> Days, IReadOnlyList<MemberLine> Members, int MembersInAll);

/// <param name="Case">The living case it belongs to.</param>
sealed record MemberLine(string Account, Rung Response, string? Case);

/// <summary>Puts together what the stores hold of an account or an organization over time. Thread-safe; costs the rows of the days asked for.</summary>
sealed class ProfileDesk(ExchangeLogReader log, CaseStore cases, Func<AccessPolicy> policy, TimeProvider eventTime, Func<bool> hasContent)
{
    public const int MostDays = 400;
    public const int UsualDays = 30;

    const int MostSteps = 200;
    const int MostExchanges = 50;

    public AccountProfile Account(string account, int days)
    {
        var (now, picture, rules) = (eventTime.GetUtcNow(), cases.Picture, policy());
        var (from, until) = Span(now, days);
        return new AccountProfile(
            account, from, until, log.Days([account], Ms(from), Ms(until.AddDays(1))),
            [.. cases.ActionsOf(account, MostSteps).Where(found => found.Action.From != found.Action.To).Select(found => new RungStep(
                found.Action.At, found.Action.From, found.Action.To, found.Action.Case, found.Action.Rule, found.Action.DecidedBy, found.Action.ApprovedBy, found.Action.Until,
                found.Action.Enforced, found.Action.Reasons))],
            [.. picture.ResponsesOf(account, now).Select(found => Statement.Of(found.Case, found.Held, rules))],
            [.. picture.Cases.Values.Where(one => one.Accounts.Contains(account) || one.Restrictions.ContainsKey(account)).Select(one => one.Id).OrderDescending(StringComparer.Ordinal)],
            [.. picture.AppealsOf.GetValueOrDefault(account, []).Select(id => AnalystAppeal.Of(picture.Appeals[id]))],
            log.Newest(account, MostExchanges), hasContent());
    }

    /// <param name="members">Accounts whose records name it.</param>
    public OrganizationProfile Organization(string organization, IReadOnlyCollection<string> members, int days)
    {
        var (now, picture) = (eventTime.GetUtcNow(), cases.Picture);
        var (from, until) = Span(now, days);
        var read = members.Order(StringComparer.Ordinal).Take(ExchangeLogReader.MostAccounts).ToList();
        return new OrganizationProfile(
            organization, from, until, log.Days(read, Ms(from), Ms(until.AddDays(1))),
            [.. read.Select(account => new MemberLine(
                account, picture.ResponsesOf(account, now) is [var (_, held), ..] ? held.Rung : Rung.Observe, picture.CaseOf.GetValueOrDefault(account)))],
            members.Count);
    }

    static (DateOnly From, DateOnly Until) Span(DateTimeOffset now, int days)
    {
        var until = DateOnly.FromDateTime(now.UtcDateTime);
        return (until.AddDays(1 - days), until);
    }

    static long Ms(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
