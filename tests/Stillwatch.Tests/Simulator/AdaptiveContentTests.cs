using Stillwatch.Simulator;

namespace Stillwatch.Tests.Simulator;

/// <summary>What a campaign does to its words happens, and nothing else does.</summary>
public sealed class AdaptiveContentTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("paraphrase: pool, rewordings: 10", 0.5)]
    [InlineData("paraphrase: pool, rewordings: 1000", 0.2)]
    [InlineData("paraphrase: machine", 0.2)]
    public void Rewordings_take_the_runs_of_words_that_the_plain_campaign_repeats(string adaptation, double most)
    {
        var (plain, reworded) = (Twin.Plain(), Twin.With(adaptation));
        var (before, after) = (CommonRun(plain), CommonRun(reworded));
        output.WriteLine($"the most common run of four words: {before:p1} of harvest exchanges, {after:p1} when reworded");
        Assert.True(before >= 0.6, $"plain {before:p1}");
        Assert.True(after <= most, $"{adaptation}: {after:p1}");
        SameAccountsAndTimes(plain, reworded);
        Assert.InRange(reworded.Share(ExchangeLabel.Harvest), plain.Share(ExchangeLabel.Harvest) - 0.04, plain.Share(ExchangeLabel.Harvest) + 0.04);
    }

    [Fact]
    public void A_pool_has_as_many_openings_as_rewordings_and_a_machine_has_no_end_of_them()
    {
        int Openings(string adaptation) => Fresh(Twin.With(adaptation, "templates: 1; capabilities: [grading]"))
            .Select(item => Twin.Text(item)).Select(text => text[..Math.Min(24, text.Length)]).Distinct().Count();
        var (plain, ten, machine) = (Openings(""), Openings("paraphrase: pool, rewordings: 10"), Openings("paraphrase: machine"));
        output.WriteLine($"openings: {plain} plain, {ten} of a pool of ten, {machine} by machine");
        Assert.True(plain <= 3);
        Assert.InRange(ten, 6, 30);
        Assert.True(machine > 300);
    }

    [Fact]
    public void Machine_rewordings_vary_the_tool_sheet_and_the_system_prompt_too()
    {
        int Sheets(string adaptation) => Fresh(Twin.With(adaptation, "capabilities: [agentic]; templates: 2"))
            .Where(item => item.Exchange.Request.Tools.Count > 0).Select(item => item.Exchange.Request.Tools[0].Name).Distinct().Count();
        Assert.Equal(1, Sheets(""));
        Assert.True(Sheets("paraphrase: machine") > 50);
    }

    [Fact]
    public void A_harvest_in_six_languages_is_spread_over_all_of_them()
    {
        var (plain, mixed) = (Twin.Plain(), Twin.With("languages: 6"));
        double Chinese(Twin twin) => Share(twin, text => text.Any(letter => letter is >= '\u4E00' and < '\uA000'));
        Assert.Equal(0, Chinese(plain));
        Assert.InRange(Chinese(mixed), 0.1, 0.25);
        foreach (var word in new[] { " und ", " para ", " les " })
        {
            Assert.InRange(Share(mixed, text => text.Contains(word, StringComparison.Ordinal)), 0.05, 0.5);
        }

        SameAccountsAndTimes(plain, mixed);
    }

    [Fact]
    public void A_flood_sends_words_that_never_come_again()
    {
        var (plain, flood) = (Twin.Plain(), Twin.With("flood_ratio: 0.3"));
        var noise = flood.Sent.Where(item => item.Label == ExchangeLabel.Cover).Select(item => Twin.Text(item)).Where(text => text.EndsWith(' ')).ToList();
        Assert.InRange((double)noise.Count / flood.Sent.Count, 0.26, 0.34);
        var words = noise.SelectMany(text => text.Split(' ')).Where(word => word.Length >= 6).ToList();
        Assert.True(words.Distinct().Count() > words.Count * 0.98);
        SameAccountsAndTimes(plain, flood);
    }

    static double Share(Twin twin, Func<string, bool> test)
    {
        var fresh = Fresh(twin).ToList();
        return (double)fresh.Count(item => test(Twin.Text(item))) / fresh.Count;
    }

    static IEnumerable<SimulatedExchange> Fresh(Twin twin) => twin.Sent.Where(item => item.Label == ExchangeLabel.Harvest && item.Exchange.Request.Messages.Count == 1);

    // The share of harvest exchanges that hold the most common run of four words.
    static double CommonRun(Twin twin)
    {
        var counts = new Dictionary<string, int>();
        var all = 0;
        foreach (var item in Fresh(twin))
        {
            all++;
            var words = Twin.Text(item).ToLowerInvariant().Split([' ', '\n', ',', '.', ':'], StringSplitOptions.RemoveEmptyEntries);
            foreach (var run in Enumerable.Range(0, Math.Max(0, words.Length - 3)).Select(start => string.Join(' ', words[start..(start + 4)])).Distinct())
            {
                counts[run] = counts.GetValueOrDefault(run) + 1;
            }
        }

        return (double)counts.Values.Max() / all;
    }

    static void SameAccountsAndTimes(Twin one, Twin other)
    {
        Assert.Equal(one.Accounts.Values.Select(record => record.ToString()).Order(StringComparer.Ordinal), other.Accounts.Values.Select(record => record.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(one.Times.Select(item => item.Times), other.Times.Select(item => item.Times));
        Assert.Equal(one.Others.Select(item => (item.Exchange.Account, item.Exchange.Time, Twin.Text(item))), other.Others.Select(item => (item.Exchange.Account, item.Exchange.Time, Twin.Text(item))));
    }
}
