using System.Diagnostics;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Benchmarks;

/// <summary>What the console's pages on cases, accounts, organizations and the audit log ask for, at 100,000 accounts and 200 cases: milliseconds, the worst of five.</summary>
static class DeskBenchmark
{
    const int Cases = 200;
    const int Largest = 20_000; // accounts of the first case; the others have 400
    const int Days = 30;
    const int Rounds = 5;
    const int Entries = 20_000;

    static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run(int accounts, int exchangesPerAccount, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("stillwatch-bench-");
        try
        {
            using var directory = DataDirectory.Lock(Path.Combine(folder.FullName, "data"));
            using var log = ExchangeLog.Open(directory.ExchangesPath, "bench");
            Fill(log, accounts, exchangesPerAccount);
            using var cases = CaseStore.Open(directory.CasesPath);
            Open(cases, accounts);
            using var audit = AuditLog.Open(directory.AuditPath, directory.Pepper());
            var (now, time) = (Start.AddDays(Days), new Fixed(Start.AddDays(Days)));
            var profiles = new ProfileDesk(log.Reader, cases, () => PolicyReader.Default, time, () => false);
            var harvests = new Func<HarvestDesk>(() => new HarvestDesk(log.Reader, () => PolicyReader.Default));
            var large = cases.Picture.Cases.Values.MaxBy(one => one.Accounts.Count)!;
            output.WriteLine(
                $"{accounts:N0} accounts, {(long)accounts * exchangesPerAccount:N0} exchanges, {cases.Picture.Cases.Count} cases, the largest of {large.Accounts.Count:N0} accounts; the worst of {Rounds}, ms");
            Measure(output, "cases: the queue", () => CaseQueue.Of(cases.Picture, now).Count);
            Measure(output, "case: history", () => cases.Actions(large.Id, null, 0, 200).Count + cases.Decisions(large.Id, 200).Count);
            Measure(output, "case: similar cases", () => SimilarCases.Of(large, cases.Picture, 10).Count);
            Measure(output, "case: harvest, counted anew", () => harvests().Estimate(large.Id, large.Harvest!, large.Accounts).Accounts);
            Measure(output, "account: profile of 30 days", () => profiles.Account(Name(7), Days).Days.Count);
            Measure(output, "organization: profile of 1,000 accounts", () => profiles.Organization("org", [.. Enumerable.Range(0, 1000).Select(Name)], Days).Days.Count);
            Measure(output, $"audit log: adding {Entries:N0} entries", () => Audit(audit, Entries), rounds: 1);
            Measure(output, "audit log: a page of one person", () => audit.Page(new AuditQuery(Who: "person 3")).Count);
            Measure(output, $"audit log: verifying {Entries:N0} entries", () => audit.Verify().IsWhole ? 1 : throw new InvalidOperationException("The chain is not whole."));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Measure(TextWriter output, string what, Func<int> act, int rounds = Rounds)
    {
        var worst = TimeSpan.Zero;
        for (var i = 0; i < rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            act();
            var took = Stopwatch.GetElapsedTime(began);
            worst = took > worst ? took : worst;
        }

        output.WriteLine($"{what,-45} {worst.TotalMilliseconds,9:N1}");
    }

    static void Fill(ExchangeLog log, int accounts, int exchangesPerAccount)
    {
        var stepMs = (long)TimeSpan.FromDays(Days).TotalMilliseconds / exchangesPerAccount;
        foreach (var batch in Enumerable.Range(0, exchangesPerAccount).SelectMany(round => Enumerable.Range(0, accounts).Select(account => (round, account))).Chunk(20_000))
        {
            log.Append([.. batch.Select(at => new StoredExchange
            {
                Id = $"ex_{at.round}_{at.account}", TimeMs = Start.ToUnixTimeMilliseconds() + (at.round * stepMs) + at.account, Account = Name(at.account), KeyId = "key_1",
                Model = $"model-{at.account % 3}", UpstreamModel = "m", Api = 0, Status = 200, End = 0, InputTokens = 500, CacheReadTokens = 100, CacheWriteTokens = 0, OutputTokens = 700,
                IsEstimated = false, LatencyMs = 900, App = null, Sketch = new byte[300],
            })]);
        }
    }

    static void Open(CaseStore store, int accounts)
    {
        var first = 0;
        for (var i = 0; i < Cases; i++)
        {
            var size = Math.Min(i == 0 ? Largest : 400, accounts / Cases * (i == 0 ? 40 : 1));
            var (id, members) = (CaseIds.NewCase(Start.AddSeconds(i)), Enumerable.Range(first, size).Select(at => Name(at % accounts)).ToList());
            first += size;
            var evidence = new EvidenceItem("content", "prompt-template", 1, "individual", 0.99, 5, 5, 5, 0, 2, "They share a template.");
            store.Change(_ =>
            [
                new CaseJudged
                {
                    At = Start, Case = id, Verdict = Verdict.Distillation, Confidence = 0.999, PriorLogOdds = -9, CalibrationLogOdds = 1,
                    Evidence = [evidence, evidence with { Family = "infrastructure", Trait = "network" }], Reasons = ["They share a template."], Joined = members,
                    TraitKeys = [.. Enumerable.Range(i * 50, 2000).Select(key => (ulong)key)],
                    Harvest = new CaseHarvest(size * 10, size * 5, size * 7000, 0.8, Start, new Dictionary<string, long> { ["model-0"] = size * 6, ["model-1"] = size * 4 }, []),
                },
                .. Enumerable.Range(0, Days).Select(day => new ActionTaken // renewed once a day
                {
                    At = Start.AddDays(day), Case = id, Id = CaseIds.NewAction(Start.AddDays(day)), Accounts = members, From = day == 0 ? Rung.Observe : Rung.Shape, To = Rung.Shape,
                    Rule = "shape", PolicyHash = "p", Families = EvidenceFamilies.Of([evidence]), Reasons = ["They share a template."], Since = Start, Until = Start.AddDays(day + 14),
                    DecidedBy = Decisions.Policy, Enforced = true,
                }),
            ]);
        }
    }

    static int Audit(AuditLog audit, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            audit.Add(new AuditEntry { At = Start.AddSeconds(i), Who = $"person {i % 10}", Role = "analyst", Face = AuditFace.Console, Action = "saw", Subject = $"case case_{i % 200}" });
        }

        return entries;
    }

    static string Name(int account) => $"acct_{account:d6}";

    sealed class Fixed(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
