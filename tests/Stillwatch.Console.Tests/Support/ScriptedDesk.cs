using Stillwatch.Console.Desk;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Console.Tests.Support;

/// <summary>A desk as a test wants it: accounts it knows, a policy, replays that go on when the test says so.</summary>
sealed class ScriptedDesk : IConsoleDesk
{
    readonly List<ReplayJob> _replays = [];
    Action<ReplayJob>? _changed;

    public Dictionary<string, AccountSheet> Accounts { get; } = [];

    public Dictionary<string, OrganizationSheet> Organizations { get; } = [];

    public PolicySheet InForce { get; set; } = new("mode: observe\n", "aaaa", "observe", "policy.yaml", []);

    /// <summary>What a customer wrote, by exchange.</summary>
    public Dictionary<string, string> Texts { get; } = [];

    /// <summary>Who read what, and why.</summary>
    public List<(string Who, string Exchange, string Why)> Readings { get; } = [];

    public Rung? FourEyesFrom => Rung.Suspend;

    public ReplayJob? Running => _replays.Find(job => job.State == ReplayState.Running);

    /// <summary>An account that used two models on two days.</summary>
    public static AccountSheet Sheet(string account, string model = "m-1") => new(
        account, new AccountRecord { Account = account, Organization = "org_1", Licence = null }, VerificationLevel.Payment, null, false, [], new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30),
        [new DayUsage(new DateOnly(2026, 11, 2), model, 40, 1000, 200, 0, 3000, 1), new DayUsage(new DateOnly(2026, 11, 9), model, 90, 2000, 0, 0, 9000, 0)],
        [new RungMove(new DateTimeOffset(2026, 11, 5, 0, 0, 0, TimeSpan.Zero), Rung.Observe, Rung.Shape, null, "shape", "policy", null, null, true, ["They share a payment."])],
        ["Your requests share one budget."], [], [new ExchangeLine("ex_1", new DateTimeOffset(2026, 11, 9, 12, 0, 0, TimeSpan.Zero), model, 200, 50, 90, 700)], IsContentStored: true);

    public AccountSheet? Account(string account, int days) => Accounts.GetValueOrDefault(account);

    public OrganizationSheet? Organization(string organization, int days) => Organizations.GetValueOrDefault(organization);

    public HarvestEstimate Harvest(string id, CaseHarvest taken, IReadOnlyCollection<string> accounts) =>
        HarvestEstimate.Of(taken, accounts.Count, 0, new Dictionary<string, AccountUsage>(), _ => null);

    public string StatementPreview(Case one, Rung rung, DateTimeOffset now) => $"Statement at {rung}.";

    public Task<string?> ReadContentAsync(string account, string exchange, string who, string role, string reason, CancellationToken cancellationToken)
    {
        Readings.Add((who, exchange, reason));
        return Task.FromResult(Texts.GetValueOrDefault(exchange));
    }

    public PolicySheet Policy() => InForce;

    public PolicyCheck Check(string policy) => policy.Contains("loud") ? new PolicyCheck(null, ["policy.yaml:1: mode: 'loud' must be observe or enforce."], []) : new PolicyCheck("bbbb", [], []);

    public PolicyCheck Apply(string policy, string hash)
    {
        if (hash != InForce.Hash)
        {
            return new PolicyCheck(null, ["The policy in force is another one."], []);
        }

        InForce = InForce with { Text = policy, Hash = "bbbb", Mode = "enforce" };
        return new PolicyCheck("bbbb", [], [], IsApplied: true);
    }

    public (ReplayJob? Job, string? Fault) StartReplay(string policy, int days, string by)
    {
        if (Check(policy) is { Hash: null } check)
        {
            return (null, check.Faults[0]);
        }

        _replays.Insert(0, new ReplayJob($"rpl_{_replays.Count}", ReplayState.Running, by, new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero), null, days, "bbbb", policy, 0, 0, 1000, null, null));
        return (_replays[0], null);
    }

    public bool CancelReplay(string id) => Step(id, job => job with { State = ReplayState.Cancelled, Says = "Cancelled before its end; nothing of it counts." });

    public ReplayJob? Replay(string id) => _replays.Find(job => job.Id == id);

    public IReadOnlyList<ReplayJob> Replays() => [.. _replays];

    public IDisposable WatchReplays(Action<ReplayJob> changed)
    {
        _changed += changed;
        return new Watch(() => _changed -= changed);
    }

    /// <summary>The replay goes on.</summary>
    public bool Step(string id, Func<ReplayJob, ReplayJob> change)
    {
        var at = _replays.FindIndex(job => job.Id == id && job.State == ReplayState.Running);
        if (at < 0)
        {
            return false;
        }

        _replays[at] = change(_replays[at]);
        _changed?.Invoke(_replays[at]);
        return true;
    }

    sealed class Watch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
