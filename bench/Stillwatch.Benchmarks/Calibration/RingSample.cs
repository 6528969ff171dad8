using System.Globalization;
using Stillwatch.Simulator.Corpus;

namespace Stillwatch.Benchmarks.Calibration;

/// <summary>A ring that was weighed, rejected ones included, and what it was.</summary>
/// <param name="Quarter">At which quarter of the run's time it was weighed, 1 to 4.</param>
/// <param name="Family">Class of most of its members: <c>campaign:NAME</c> or <c>benign:NAME</c>.</param>
/// <param name="IsCampaign">More than half of its members are malicious.</param>
/// <param name="Sum">Prior and counted evidence for being a campaign, nats.</param>
sealed record RingSample(string Scenario, ulong Seed, int Quarter, string Family, bool IsCampaign, int Members, double Sum)
{
    const int Quarters = 4;

    /// <summary>Every ring of the last judgement before the end of each quarter; rings of the same members count once a quarter.</summary>
    public static List<RingSample> Of(string scenario, ulong seed, double scale, CorpusOptions? corpus)
    {
        var (samples, reached) = (new List<RingSample>(), 1);

        void Take(Simulated run, int quarter)
        {
            var classes = run.Simulation.Truth.ToDictionary(t => t.Account, t => t.Class);
            samples.AddRange(run.Detector.Candidates.DistinctBy(ring => ring.Ring.MembersHash).Select(ring =>
            {
                List<string> members = [.. ring.Ring.Members.Select(m => classes[run.Ids[m.Account.Name]])];
                var family = members.GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
                var malicious = members.Count(c => c.StartsWith("campaign:", StringComparison.Ordinal));
                return new RingSample(scenario, seed, quarter, family, malicious * 2 > members.Count, members.Count, ring.Sum);
            }));
        }

        var whole = new SimulatedRun { Scenario = scenario, Seed = seed, Scale = scale, Corpus = corpus }.Detect((run, timeMs) =>
        {
            var (start, quarterMs) = (run.Simulation.Scenario.Start.ToUnixTimeMilliseconds(), run.Simulation.Scenario.Hours * 3_600_000 / Quarters);
            while (reached < Quarters && timeMs - start >= reached * quarterMs)
            {
                Take(run, reached++);
            }
        });
        Take(whole, Quarters);
        return samples;
    }

    /// <summary>A line of the file that <c>--rings</c> keeps.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Scenario},{Seed},{Quarter},{Family},{(IsCampaign ? 1 : 0)},{Members},{Sum:r}");

    public static RingSample Parse(string line)
    {
        var parts = line.Split(',');
        return new RingSample(
            parts[0], ulong.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture), parts[3], parts[4] == "1",
            int.Parse(parts[5], CultureInfo.InvariantCulture), double.Parse(parts[6], CultureInfo.InvariantCulture));
    }
}
