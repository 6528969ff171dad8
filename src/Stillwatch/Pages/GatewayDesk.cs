using Stillwatch.Console.Desk;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Pages;

/// <summary>A running gateway's desk as the console sees it. Thread-safe.</summary>
sealed class GatewayDesk(GatewayHost gateway) : IConsoleDesk
{
    const int MostHistory = 100;

    DeskParts Desk => gateway.Desk;

    public Rung? FourEyesFrom => gateway.Parts.Policy.Policy.Responses is { FourEyes: true, FourEyesFrom: var from } ? from : null;

    public AccountSheet? Account(string account, int days)
    {
        if (!Desk.IsKnownAccount(account))
        {
            return null;
        }

        var (profile, store) = (Desk.Profiles.Account(account, days), gateway.Accounts.Store);
        var recorded = store.Find(RecordKinds.Account, account);
        var standing = gateway.Accounts.Standings.Of(account, null);
        return new AccountSheet(
            account, recorded?.Value, standing.Level, recorded?.LevelUntilMs is { } untilMs ? DateTimeOffset.FromUnixTimeMilliseconds(untilMs) : null, standing.IsClosed, recorded is null ? [] : store.History(RecordKinds.Account, account, MostHistory), profile.From,
            profile.Until, profile.Days,
            [.. profile.Rungs.Select(step => new RungMove(step.At, step.From, step.To, step.Case, step.Rule, step.DecidedBy, step.ApprovedBy, step.Until, step.Enforced, step.Reasons))],
            [.. profile.Statements.Select(statement => statement.Text)], profile.Cases, profile.Exchanges, profile.ContentStored);
    }

    public OrganizationSheet? Organization(string organization, int days)
    {
        if (Desk.MembersOf(organization) is not { } members)
        {
            return null;
        }

        var (profile, store) = (Desk.Profiles.Organization(organization, members, days), gateway.Accounts.Store);
        var recorded = store.Find(RecordKinds.Organization, organization);
        return new OrganizationSheet(
            organization, recorded?.Value, recorded is null ? [] : store.History(RecordKinds.Organization, organization, MostHistory), profile.From, profile.Until, profile.Days,
            [.. profile.Members.Select(member => (member.Account, member.Response, member.Case))], profile.MembersInAll);
    }

    public HarvestEstimate Harvest(string id, CaseHarvest taken, IReadOnlyCollection<string> accounts) => Desk.Harvests.Estimate(id, taken, accounts);

    public string StatementPreview(Case one, Rung rung, DateTimeOffset now)
    {
        var policy = gateway.Parts.Policy.Policy;
        var held = new HeldResponse(
            rung, now, now.AddDays(policy.Ladder.RuleOf(rung).Days), rung >= Rung.Withhold ? "person" : Decisions.Policy, "", rung >= Rung.Withhold ? "person" : rung.ToString().ToLowerInvariant(),
            policy.Hash, EvidenceFamilies.Of(one.Evidence), Enforced: true, InClassesOnly: false);
        return Statement.Of(one, held, policy).Text;
    }

    public Task<string?> ReadContentAsync(string account, string exchange, string who, string role, string reason, CancellationToken cancellationToken) =>
        Desk.ReadContentAsync(account, exchange, new ContentReading(who, role, AuditFace.Console, reason), cancellationToken);

    public PolicySheet Policy()
    {
        var edition = Desk.Policy.Current();
        return new PolicySheet(edition.Text, edition.Hash, edition.Mode, edition.File, edition.Faults);
    }

    public PolicyCheck Check(string policy)
    {
        var read = Desk.Policy.Read(policy);
        return new PolicyCheck(read.Policy?.Hash, [.. read.Faults.Select(fault => fault.ToString())], [.. read.Warnings.Select(warning => warning.ToString())]);
    }

    public PolicyCheck Apply(string policy, string hash)
    {
        var outcome = Desk.Policy.Apply(policy, hash);
        return new PolicyCheck(outcome.Hash, outcome.Faults, outcome.Warnings, outcome.IsApplied);
    }

    public (ReplayJob? Job, string? Fault) StartReplay(string policy, int days, string by)
    {
        var answer = Desk.Replays.Start(policy, days, by);
        return (answer.Job, answer.Message);
    }

    public bool CancelReplay(string id) => Desk.Replays.Cancel(id).Job is not null;

    public ReplayJob? Running => Desk.Replays.Current is { State: ReplayState.Running } running ? running : null;

    public ReplayJob? Replay(string id) => Desk.Replays.Find(id);

    public IReadOnlyList<ReplayJob> Replays() => Desk.Replays.All();

    public IDisposable WatchReplays(Action<ReplayJob> changed)
    {
        Desk.Replays.Changed += changed;
        return new Watch(() => Desk.Replays.Changed -= changed);
    }

    sealed class Watch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
