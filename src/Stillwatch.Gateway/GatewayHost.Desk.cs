using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway;

// What people work with: the audit log, profiles, harvests, the policy and its replays.
sealed partial class GatewayHost
{
    public DeskParts Desk { get; private set; } = null!;

    void OpenDesk(GatewayConfig config, ServeOptions options, DataDirectory directory)
    {
        var policy = new PolicyDesk(options.PolicyFile, config.Policy, () => Parts.Policy.Policy, Environment.GetEnvironmentVariable);
        var content = new ContentReader(directory.ContentPath);
        var replays = new ReplayDesk(
            new ReplaySource(directory, new DetectionKey(directory.DetectionKey()), _accounts.Store, OperatorRecords.ReadApps(config), () => Parts.Policy.Policy, policy.Read),
            new ReplayFolder(directory.Root), options.Time);
        var audit = Closing(AuditLog.Open(directory.AuditPath, directory.Pepper()));
        _closing.Push(replays.DisposeAsync);
        Desk = new DeskParts
        {
            Audit = audit,
            Time = options.Time,
            Cases = _cases,
            Profiles = new ProfileDesk(Log.Reader, _cases, () => Parts.Policy.Policy, EventTimeOf(options), () => content.HasAny),
            Harvests = new HarvestDesk(Log.Reader, () => Parts.Policy.Policy),
            Policy = policy,
            Replays = replays,
            Held = ShownAsync,
            IsKnownAccount = account => _accounts.Standings.HasAccount(account) || KnowsAccount(account) || Log.Reader.Newest(account, 1).Count > 0,
            MembersOf = organization => _accounts.Standings.AccountsOf(organization) is { Count: > 0 } members ? members
                : _accounts.Standings.Organization(organization) is null ? null
                : [],
            Exchanges = Log.Reader,
            Content = content,
        };
    }

    /// <summary>By whole days, so that retention is told once a day.</summary>
    void RemoveOldAudits()
    {
        var now = Desk.Time.GetUtcNow();
        Desk.Audit.RemoveOlderThan(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-Parts.State.Config.AuditDays), now);
    }
}
