using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Findings;
using Stillwatch.Storage.Spend;

namespace Stillwatch.Gateway;

// Who may call, from where, how much, and what follows a judgement: records, policy, limits, cases.
sealed partial class GatewayHost
{
    AccountRegister _accounts = null!;
    RegionBoard _regions = null!;
    CaseStore _cases = null!;
    CaseCommands _commands = null!;
    EmbeddedLimiter _limiter = null!;
    DisplacementDesk _displacement = null!;
    FindingLog _findings = null!;

    /// <summary>Cases, and what people decide about them.</summary>
    public CaseCommands Cases => _commands;

    /// <summary>The log of cases itself.</summary>
    public CaseStore CaseLog => _cases;

    public AccountRegister Accounts => _accounts;

    /// <summary>What limits came to since the start.</summary>
    public LimitTally Limits => _limiter.Tally;

    TimeProvider EventTimeOf(ServeOptions options) => options.EventTime ?? options.Time;

    void OpenRecords(GatewayConfig config, ServeOptions options, DataDirectory directory)
    {
        var store = Closing(AccountStore.Open(directory.AccountsPath));
        _regions = Closing(new RegionBoard(() => [.. store.All(RecordKinds.Organization)], options.Time));
        var standings = new StandingBook(_regions.OfAccount);
        _accounts = new AccountRegister(store, standings, options.Time);
        StatedRecords.Import(config, _accounts, options.Logs.CreateLogger<AccountRegister>());
        _regions.Follow(standings);
        Closing(new LevelExpiry(_accounts, options.Time, options.Logs.CreateLogger<LevelExpiry>()));
    }

    void OpenAccess(ServeOptions options, DataDirectory directory, DetectionKey key)
    {
        var eventTime = EventTimeOf(options);
        var spend = Closing(SpendStore.Open(directory.SpendPath));
        _limiter = Closing(new EmbeddedLimiter(spend, eventTime, options.Time, options.Logs.CreateLogger<EmbeddedLimiter>()));
        _displacement = new DisplacementDesk(new DisplacementDraw(key), options.Logs.CreateLogger<DisplacementDesk>());
        _findings = new FindingLog(directory.Root);
        _cases = Closing(CaseStore.Open(directory.CasesPath));
        _commands = new CaseCommands(_cases, () => RulesOf(Parts.Policy.Policy), new CaseRepair(_limiter.Repair, Spent));
    }

    /// <summary>Puts a policy into force: all of it or nothing.</summary>
    /// <exception cref="StorageUnusableException">It cannot be used; the message says why.</exception>
    PolicyInForce Enforceable(AccessPolicy policy)
    {
        var regions = RegionChecks.Run(policy.Regions);
        IReadOnlyList<string> faults =
            [.. regions.Faults.Select(fault => fault.ToString()), .. LimitPlan.FaultsOf(policy.Limits).Select(says => $"limits.rules: {says}")];
        if (regions.Networks is not { } networks || faults.Count > 0)
        {
            regions.Networks?.Dispose();
            throw new StorageUnusableException(string.Join(Environment.NewLine, faults));
        }

        _regions.Use(policy.Regions, networks);
        return new PolicyInForce(policy);
    }

    void FollowChanges(ServeOptions options)
    {
        _accounts.Standings.Changed += Engine.Learn;
        foreach (var finding in _findings.Read().Skip(Engine.RestoredFindings))
        {
            Engine.Learn(finding);
        }

        if (options.PolicyFile is { } file)
        {
            file.Changing += policy =>
            {
                Parts.Policy = Enforceable(policy);
                Engine.Use(policy.Ladder);
                Parts.Ladder.FollowPolicy();
            };
        }

        var loop = new LadderLoop(
            Engine, Parts.Ladder, _displacement, _findings, () => Parts.Policy.Policy, EventTimeOf(options), options.Time, options.Logs.CreateLogger<LadderLoop>());
        _closing.Push(loop.DisposeAsync);
    }

    void MapAccess(AdminApi api, IEndpointRouteBuilder admin, ServeOptions options)
    {
        var eventTime = EventTimeOf(options);
        new AccountRoutes(new AccountDesk(_accounts, options.Time, KnowsAccount)).Map(admin, api.Guarded);
        new CaseRoutes(_cases, _commands, eventTime).Map(admin, api.Guarded);
        new DeskRoutes(Desk).Map(admin, api.Guarded);
    }

    /// <summary>What detection holds, as it is to be shown: what people decided since is in it.</summary>
    async Task<HeldReport> ShownAsync(CancellationToken cancellationToken)
    {
        var held = await Engine.HeldAsync(cancellationToken);
        return held with { Report = CaseOverlay.Apply(held.Report, _cases.Picture) with { Mode = Parts.Policy.Policy.Mode.ToString().ToLowerInvariant() } };
    }

    void ObserveAccess(GatewayMetrics metrics)
    {
        metrics.ObserveLimits(() => _limiter.Tally.Counts
            .Where(count => !LimitTally.IsServed(count.Outcome))
            .GroupBy(count => (count.Rule, IsShadow: count.Outcome == LimitOutcome.ShadowRefused))
            .Select(group => new RuleReading(group.Key.Rule, group.Key.IsShadow, group.Sum(count => count.Count))));
        metrics.ObserveResponses(() =>
        {
            var now = Parts.EventTime.GetUtcNow();
            var held = Parts.Responses.All.Values.Where(response => now < response.Until).CountBy(response => response.Rung).ToDictionary();
            return Enum.GetValues<Rung>().Where(rung => rung > Rung.Observe) // nought is said too: a gauge that goes away keeps its last value
                .Select(rung => KeyValuePair.Create(rung.ToString().ToLowerInvariant(), (long)held.GetValueOrDefault(rung)));
        });
        metrics.ObserveReasoning(() => Parts.Reasoning.Lost.ToDictionary().Concat(Parts.Reasoning.Memory.Lost.ToDictionary()));
    }

    VerificationWebhook Webhook(ServeOptions options) => new(
        new VerificationReports(_accounts, KnowsAccount, _ => false), () => Parts.State.Config.Verification, options.Time,
        options.Logs.CreateLogger<VerificationWebhook>());

    StandingEndpoint StandingPage(AccessDesk access, ServeOptions options) =>
        new(
            _cases, _commands, () => Parts.Policy.Policy, access.StandingOf,
            (context, caller) => access.ShutsOut(access.StandingOf(caller), Parts.Policy.Policy, context, Parts.State.Config), EventTimeOf(options));

    bool KnowsAccount(string account) => Keys.List(account).Count > 0;

    static CaseRules RulesOf(AccessPolicy policy) =>
        new(policy.Ladder, policy.Hash, policy.Responses.FourEyes, policy.Mode == PolicyMode.Enforce, policy.Responses.FourEyesFrom);

    /// <summary>What an account spent in a span by today's prices; null when nothing has a price.</summary>
    long? Spent(string account, DateTimeOffset from, DateTimeOffset until)
    {
        var prices = Parts.Policy.Policy.Limits.Prices;
        if (prices.Count == 0)
        {
            return null;
        }

        long spent = 0;
        foreach (var (model, usage) in Log.Reader.UsageByModel(account, from.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds()))
        {
            if (prices.FirstOrDefault(price => ModelPattern.Matches(price.Models, model)) is { } price)
            {
                spent += (usage.InputTokens * price.InputNanoUsd) + (usage.CacheReadTokens * price.CacheReadNanoUsd)
                    + (usage.CacheWriteTokens * price.CacheWriteNanoUsd) + (usage.OutputTokens * price.OutputNanoUsd);
            }
        }

        return spent;
    }
}
