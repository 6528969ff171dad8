using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>Whom an edited policy would have touched, told before it is applied.</summary>
public sealed class PolicyReplayTests(StoredWorld world) : IClassFixture<StoredWorld>
{
    const string NobodyAutomatic = "ladder: {verify: {automatic: false}, shape: {automatic: false}}";

    [Fact]
    public async Task A_ladder_that_is_turned_on_tells_whom_it_touches_and_why_and_turned_off_whom_it_releases()
    {
        var on = await RunAsync("{}", NobodyAutomatic);
        Assert.NotEmpty(on.Touched);
        Assert.Empty(on.Released);
        Assert.All(on.Touched, change => Assert.True(change is { Before: Rung.Observe, After: > Rung.Observe, Reasons.Count: > 0, Accounts.Count: > 0 }));
        var touched = on.Touched.SelectMany(change => change.Accounts).ToList();
        Assert.Equal(touched.Count, on.Classes.Sum(change => change.Rungs.Values.Sum(count => count.After)));
        Assert.Equal(0, on.Classes.Sum(change => change.Rungs.Values.Sum(count => count.Before)));
        Assert.Contains(on.Classes, change => change.Class.StartsWith("campaign:", StringComparison.Ordinal) && change.Rungs.Values.Any(count => count.After > 0));

        var off = await RunAsync(NobodyAutomatic, "{}");
        Assert.Empty(off.Touched);
        Assert.Equal(touched.Order(StringComparer.Ordinal), off.Released.SelectMany(change => change.Accounts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_policy_twice_touches_nobody()
    {
        var report = await RunAsync("mode: enforce", "mode: enforce");
        Assert.Equal((0, 0), (report.Touched.Count, report.Released.Count));
        Assert.All(report.Classes, change => Assert.All(change.Rungs.Values, count => Assert.Equal(count.Before, count.After)));
    }

    [Fact]
    public async Task Going_from_observe_to_enforce_touches_everybody_above_observe_and_back_releases_them()
    {
        var decided = (await RunAsync("{}", NobodyAutomatic)).Touched.SelectMany(change => change.Accounts).Order(StringComparer.Ordinal).ToList();
        var on = await RunAsync("mode: enforce", "{}");
        Assert.Equal(decided, on.Touched.SelectMany(change => change.Accounts).Order(StringComparer.Ordinal));
        Assert.Empty(on.Released);
        Assert.Equal((0, decided.Count), (on.Classes.Sum(change => change.Rungs.Values.Sum(count => count.Before)), (int)on.Classes.Sum(change => change.Rungs.Values.Sum(count => count.After))));
        Assert.Contains(on.Notes, note => note.Contains("counts as touched"));

        var off = await RunAsync("{}", "mode: enforce");
        Assert.Empty(off.Touched);
        Assert.Equal(decided, off.Released.SelectMany(change => change.Accounts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Limits_are_counted_by_rule_before_and_after()
    {
        const string Policy = """
            limits:
              rules:
                - {name: tight, per: account, requests: 5/d}
                - {name: tighter, per: account, requests: 2/d, mode: shadow}
                - {name: ring, per: ring, requests: 1/d, mode: off}

            """;
        var report = await RunAsync(Policy, "{}", new ReplayParts { Limiter = () => new CountingLimiter() });
        var byAccount = world.Calls().CountBy(call => call.Account).ToList();
        var tight = Assert.Single(report.Limits, rule => rule.Rule == "tight.requests");
        Assert.Equal(
            ("enforce", byAccount.Sum(account => Math.Max(0, account.Value - 5L)), byAccount.Count(account => account.Value > 5)),
            (tight.Mode, tight.Exchanges.After, (int)tight.Accounts.After));
        Assert.Equal((0, 0), ((int)tight.Exchanges.Before, (int)tight.Accounts.Before));
        Assert.True(tight.Exchanges.After > 0);

        // As if it were enforced beside the other: what the tighter one refuses is counted by the tighter one.
        var tighter = Assert.Single(report.Limits, rule => rule.Rule == "tighter.requests");
        Assert.Equal(("shadow", byAccount.Sum(account => Math.Max(0, account.Value - 2L))), (tighter.Mode, tighter.Exchanges.After));
    }

    [Fact]
    public async Task A_ring_shares_its_budget_from_its_detection_on()
    {
        var report = await RunAsync("{mode: enforce, limits: {rules: [{name: r, per: ring, requests: 1/d}]}}", NobodyAutomatic, new ReplayParts { Limiter = () => new CountingLimiter() });
        var shaped = report.Touched.Where(change => change.After == Rung.Shape).SelectMany(change => change.Accounts).ToHashSet();
        var ring = Assert.Single(report.Limits, rule => rule.Rule == "r.requests");
        Assert.True(ring.Accounts.After <= shaped.Count, $"{ring.Accounts.After} of {shaped.Count}");
        Assert.True(ring.Exchanges.After < world.Calls().Count(call => shaped.Contains(call.Account)) || shaped.Count == 0);
        Assert.Equal("removed", Assert.Single(report.Limits, rule => rule.Rule == "ring-default.requests").Mode);
    }

    [Fact]
    public async Task An_exchange_holds_its_place_until_it_has_ended()
    {
        var policy = PolicySamples.Read("limits: {rules: [{name: one, per: account, concurrency: 1}]}").Policy!;
        var nobody = new Report { Engine = "", PolicyHash = "", KeyId = "", Input = new InputSummary { Rejected = [], AbsentFamilies = [] }, Campaigns = [], Accounts = [] };
        var limiter = new CountingLimiter();
        var access = new ReplayedAccess(policy, nobody, new ReplayStandings(Inputs("{}", "{}")), () => limiter);
        foreach (var (startMs, refused) in new[] { (0L, 0), (50, 1), (99, 2), (100, 2), (150, 3), (200, 3) })
        {
            await access.AddAsync(new StoredCall(1, startMs, 100, "a", null, "k", "m", 1, 0, 0, 1));
            Assert.Equal(refused, RuleTally.Compare(access.Limits, access.Limits).First(rule => rule.Rule == "one.concurrency").Exchanges.After);
        }

        Assert.Equal(1, limiter.Open);
    }

    [Fact]
    public async Task Levels_count_the_exchanges_of_accounts_below_them()
    {
        var report = await RunAsync("levels: [{name: person, feature: models, needs: person}, {name: none-of-these, feature: models, models: [x], needs: person}]", "{}");
        var levels = RecordFile.ReadAccounts(world.Accounts).Records.ToDictionary(record => record.Account, record => record.Verification ?? VerificationLevel.None);
        var below = world.Calls().Where(call => levels.GetValueOrDefault(call.Account) < VerificationLevel.Person).ToList();
        Assert.Equal(
            [("person", (long)below.Count, (long)below.Select(call => call.Account).Distinct().Count()), ("none-of-these", 0, 0)],
            report.Levels.Select(rule => (rule.Rule, rule.Exchanges.After, rule.Accounts.After)));
    }

    [Fact]
    public async Task Regions_count_accounts_and_say_that_networks_are_not_replayed()
    {
        const string Policy = "regions: {databases: country.mmdb, rules: [{name: abroad, facts: [billing_country, network_country], allow: [US], mode: shadow}]}";
        var parts = new ReplayParts
        {
            Regions = (policy, _) => account => account.BillingCountry is { } country && !policy.Rules[0].Countries.Contains(country)
                ? new RegionDecision(policy.Rules[0].Name, policy.Rules[0].Code, RegionFact.BillingCountry, country, policy.Rules[0].Mode)
                : null,
        };
        var report = await RunAsync(Policy, Policy, parts);
        var seen = world.Calls().Select(call => call.Account).ToHashSet();
        var abroad = RecordFile.ReadAccounts(world.Accounts).Records.Count(record => seen.Contains(record.Account) && record.BillingCountry is not (null or "US"));
        var rule = Assert.Single(report.Regions);
        Assert.Equal(("abroad", "shadow", (long)abroad, (long)abroad), (rule.Rule, rule.Mode, rule.Accounts.Before, rule.Accounts.After));
        Assert.Contains(report.Notes, note => note.Contains("network_country and network_kind are not replayed", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_truth_an_account_is_of_the_class_its_record_says()
    {
        var standings = new ReplayStandings(Inputs("{}", "{}") with
        {
            ClassByTruth = _ => null,
            Accounts =
            [
                new AccountRecord { Account = "a", Licence = new Licence("distillation", null, null, null), Programme = "startup" },
                new AccountRecord { Account = "b", Programme = "startup", Organization = "o" },
                new AccountRecord { Account = "c", Organization = "o", Verification = VerificationLevel.Contact },
                new AccountRecord { Account = "d", Verification = VerificationLevel.Payment },
            ],
            Organizations = [new OrganizationRecord { Organization = "o", Verification = VerificationLevel.Organization }],
        });
        Assert.Equal(
            ["licence distillation", "programme startup", "in an organization", "level payment", "no record"],
            new[] { "a", "b", "c", "d", "e" }.Select(standings.ClassOf));
        Assert.Equal(VerificationLevel.Organization, standings.LevelOf(standings.Of("c"), null));
        Assert.Equal(VerificationLevel.Payment, standings.LevelOf(standings.Of("d"), null));
    }

    [Fact]
    public async Task The_command_prints_tables_and_writes_json_and_days_cut_the_span()
    {
        var policy = Path.Combine(world.Simulated, "edited.yaml");
        await File.WriteAllTextAsync(policy, "levels: [{name: person, feature: models, needs: person}]\n", TestContext.Current.CancellationToken);
        var off = Path.Combine(world.Simulated, "off.yaml");
        await File.WriteAllTextAsync(off, NobodyAutomatic, TestContext.Current.CancellationToken);
        string[] replay = ["policy", "replay", policy, "--data", world.Data, "--accounts", world.Accounts, "--truth", world.Truth, "--against", off];
        var directory = Path.Combine(world.Simulated, "out");
        var (code, text, error) = await CommandAsync([.. replay, "--days", "3650", "--out", directory]);
        Assert.True(code == 0, error);
        Assert.Contains("Accounts by class and rung, now → then", text, StringComparison.Ordinal);
        Assert.Contains("observe → ", text, StringComparison.Ordinal);
        Assert.Contains("write verify_url", error, StringComparison.Ordinal);
        var whole = JsonSerializer.Deserialize(await File.ReadAllTextAsync(Path.Combine(directory, "replay.json"), TestContext.Current.CancellationToken), ReplayJson.Readable.ReplayReport)!;
        Assert.Equal(world.Calls().Count, whole.Exchanges);

        (code, var json, error) = await CommandAsync([.. replay, "--days", "1", "--json"]);
        Assert.True(code == 0, error);
        var day = JsonSerializer.Deserialize(json, ReplayJson.Readable.ReplayReport)!;
        var newest = world.Calls()[^1].TimeMs;
        Assert.Equal(world.Calls().Count(call => call.TimeMs > newest - 86_400_000L), day.Exchanges);
        Assert.True(day.Exchanges < whole.Exchanges);
    }

    [Fact]
    public async Task Wrong_usage_is_2_and_says_what_is_wrong()
    {
        var good = Path.Combine(world.Simulated, "good.yaml");
        var bad = Path.Combine(world.Simulated, "bad.yaml");
        await File.WriteAllTextAsync(good, "mode: observe\n", TestContext.Current.CancellationToken);
        var list = Path.Combine(world.Simulated, "list.yaml");
        await File.WriteAllTextAsync(list, "regions: {networks: [{kind: tor, file: tor.txt}]}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(world.Simulated, "tor.txt"), "192.0.2.1\nexit-node\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bad, "mode: enforced\n", TestContext.Current.CancellationToken);
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["policy", "check", bad], "must be observe or enforce"),
            (["policy", "show", bad], "must be observe or enforce"),
            (["policy", "replay", list, "--data", world.Data], "list.yaml:1: regions.networks[0].file: 'tor.txt' line 2: 'exit-node' is no network"),
            (["policy", "replay", bad, "--data", world.Data], "must be observe or enforce"),
            (["policy", "replay", good, "--data", world.Data, "--against", bad], "must be observe or enforce"),
            (["policy", "replay", good, "--data", world.Data, "--days", "0"], "--days 0"),
            (["policy", "replay", good, "--data", world.Simulated + "-none"], "There is no data directory"),
            (["policy", "replay", good, "--data", world.Data, "--truth", good], "good.yaml line 1"),
            (["serve", "--check", "--policy", bad], "must be observe or enforce"),
        })
        {
            var (code, _, error) = await CommandAsync(arguments);
            Assert.Equal((2, true), (code, error.Contains(says, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Check_show_and_serve_check_agree_on_the_hash()
    {
        var path = Path.Combine(world.Simulated, "full.yaml");
        PolicyFolder.Fill(world.Simulated);
        await File.WriteAllTextAsync(path, PolicySamples.Full, TestContext.Current.CancellationToken);
        var hash = PolicySamples.Read(PolicySamples.Full).Policy!.Hash;
        foreach (var arguments in new string[][] { ["policy", "check", path], ["policy", "show", path], ["serve", "--check", "--policy", path] })
        {
            var (code, output, error) = await CommandAsync(arguments);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains(hash, output, StringComparison.Ordinal);
        }

        Assert.Contains(PolicyReader.Default.Hash, (await CommandAsync(["policy", "show"])).Output, StringComparison.Ordinal);
    }

    ReplayInputs Inputs(string after, string before)
    {
        var directory = DataDirectory.Look(world.Data);
        var truth = File.ReadLines(world.Truth).Select(line => JsonSerializer.Deserialize(line, Simulator.TruthJson.Default.AccountTruth)!).ToDictionary(account => account.Account, account => account.Class);
        return new ReplayInputs
        {
            Data = directory, Key = new DetectionKey(directory.DetectionKey()), Days = 3650,
            Before = new NamedPolicy("before", PolicySamples.Read(before).Policy!), After = new NamedPolicy("after", PolicySamples.Read(after).Policy!),
            Accounts = RecordFile.ReadAccounts(world.Accounts).Records, ClassByTruth = account => truth.GetValueOrDefault(account),
        };
    }

    Task<ReplayReport> RunAsync(string after, string before, ReplayParts? parts = null) => PolicyReplay.RunAsync(Inputs(after, before), parts ?? new ReplayParts());

    static async Task<(int Code, string Output, string Error)> CommandAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
