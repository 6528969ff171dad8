using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Baselines.Graphs;
using Stillwatch.Benchmarks.Baselines.Templates;
using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Benchmarks.Baselines.Windows;

namespace Stillwatch.Tests.Benchmarks;

/// <summary>Each baseline finds the attack it was designed for and ranks that attack's benign twin below it: none is a straw man.</summary>
public sealed class BaselineTests
{
    readonly ToyTrace _toy = new();

    [Fact]
    public void Rate_finds_the_flood_and_not_the_same_volume_over_two_days()
    {
        var (flood, calm) = (_toy.Open(), _toy.Open());
        for (var i = 0; i < 200; i++)
        {
            _toy.Send(flood, _toy.Hour(10, 11), "hello");
            _toy.Send(calm, _toy.Hour(0, 48), "hello");
        }

        var rate = new RateThreshold(2);
        _toy.Play(rate);
        ToyTrace.AssertSeparated(rate, "exchanges an hour", [flood], [calm]);
    }

    [Fact]
    public void Prada_finds_queries_made_in_two_rigid_steps_and_not_queries_at_random()
    {
        // Half of the attacker's queries are small changes of seeds, half are new seeds: two lumps of distances, where the twin's form one.
        var (attacker, customer) = (_toy.Open(), _toy.Open());
        var seed = "";
        for (var i = 0; i < 160; i++)
        {
            seed = i % 2 == 0 ? _toy.Words(30) : seed + " x";
            _toy.Send(attacker, i / 10.0, seed);
            _toy.Send(customer, i / 10.0, _toy.Words(30));
        }

        var windows = new QueryWindows(2, new TextEncoder());
        var prada = new Prada(windows);
        _toy.Play(prada, windows.Add);
        ToyTrace.AssertSeparated(prada, "W small at any time, from 100", [attacker], [customer]);
    }

    [Fact]
    public void Prada_keeps_silent_below_its_wait()
    {
        _toy.Open();
        for (var i = 0; i < 60; i++)
        {
            _toy.Send(0, i / 10.0, _toy.Words(20));
        }

        var windows = new QueryWindows(1, new TextEncoder());
        var prada = new Prada(windows);
        _toy.Play(prada, windows.Add);
        Assert.Equal(ScoredSetting.Unjudged, prada.Scores().First(item => item.Setting.Contains("small at any time, from 100", StringComparison.Ordinal)).ByAccount[0]);
        Assert.NotEqual(ScoredSetting.Unjudged, prada.Scores().First(item => item.Setting.Contains("small at any time, from 50", StringComparison.Ordinal)).ByAccount[0]);
    }

    [Fact]
    public void Seat_counts_the_pairs_of_small_changes_and_not_a_query_repeated_as_it_is()
    {
        var (attacker, retries) = (_toy.Open(), _toy.Open());
        var (seed, question) = (_toy.Words(40), _toy.Words(40));
        for (var i = 0; i < 40; i++)
        {
            _toy.Send(attacker, i / 10.0, $"{seed} {_toy.Words(2)}");
            _toy.Send(retries, i / 10.0, question);
        }

        var windows = new QueryWindows(2, new TextEncoder());
        var seat = new Seat(windows);
        _toy.Play(seat, windows.Add);
        ToyTrace.AssertSeparated(seat, "pairs of cosine 0.85", [attacker], [retries]);
        Assert.Equal(40 * 39 / 2, seat.Scores().First(item => item.Setting.StartsWith("pairs of cosine 0.5", StringComparison.Ordinal)).ByAccount[attacker]);
    }

    [Fact]
    public void Mmd_finds_a_window_unlike_lawful_traffic_and_not_a_window_like_it()
    {
        string[] topics = ["gardening soil roots rain", "tax form refund income", "chess opening bishop pawn", "recipe oven flour butter"];
        var encoder = new TextEncoder();
        var history = new BenignHistory();
        var past = new ToyTrace();
        past.Open();
        for (var i = 0; i < 300; i++)
        {
            past.Send(0, i, $"{topics[i % 4]} {past.Words(6)}");
        }

        past.Play(new Listener(history.Add));
        history.Close();
        var (attacker, customer) = (_toy.Open(), _toy.Open());
        for (var i = 0; i < 60; i++)
        {
            _toy.Send(attacker, i / 10.0, $"derive each lemma of the theorem {_toy.Words(6)}");
            _toy.Send(customer, i / 10.0, $"{topics[i % 4]} {_toy.Words(6)}");
        }

        var windows = new QueryWindows(2, history.Encoder);
        var mmd = new MmdWindow(windows, history.Reference);
        _toy.Play(mmd, windows.Add);
        foreach (var setting in new[] { "all queries, kernel 1", "windows of 25, kernel 0.5", "windows of 50, kernel 1" })
        {
            ToyTrace.AssertSeparated(mmd, setting, [attacker], [customer]);
        }

        Assert.Equal(ScoredSetting.Unjudged, mmd.Scores().First(item => item.Setting.StartsWith("windows of 100", StringComparison.Ordinal)).ByAccount[attacker]);
    }

    [Fact]
    public void Near_duplicates_find_one_template_over_many_owners_and_not_over_one_organization()
    {
        string frame = _toy.Words(30), own = _toy.Words(30);
        var ring = Enumerable.Range(0, 12).Select(_ => _toy.Open()).ToList();
        var firm = Enumerable.Range(0, 12).Select(_ => _toy.Open(organization: "org_firm")).ToList();
        var people = Enumerable.Range(0, 12).Select(_ => _toy.Open()).ToList();
        for (var i = 0; i < 10; i++)
        {
            ring.ForEach(account => _toy.Send(account, _toy.Hour(0, 40), $"{frame} {_toy.Words(25)}"));
            firm.ForEach(account => _toy.Send(account, _toy.Hour(0, 40), $"{own} {_toy.Words(25)}"));
            people.ForEach(account => _toy.Send(account, _toy.Hour(0, 40), _toy.Words(50)));
        }

        var book = _toy.Book();
        var clusters = new TemplateClusters();
        var duplicates = new NearDuplicates(book, clusters, new HashSet<ulong>());
        _toy.Play(duplicates, query => query.Template = clusters.Assign(query.Tokens.AsSpan(0, query.TokenCount), book.Party(query.Account)));
        ToyTrace.AssertSeparated(duplicates, "owners of the largest", ring, [.. firm, .. people]);
        Assert.Equal(12, duplicates.Scores().First().ByAccount[ring[0]]);
    }

    [Fact]
    public void Synchro_trap_finds_a_network_shared_hour_after_hour_and_not_one_shared_at_other_hours()
    {
        var ring = Enumerable.Range(0, 8).Select(_ => _toy.Open()).ToList();
        var shifts = Enumerable.Range(0, 8).Select(_ => _toy.Open()).ToList();
        var firm = Enumerable.Range(0, 8).Select(_ => _toy.Open(organization: "org_firm")).ToList();
        for (var hour = 0; hour < 24; hour += 2)
        {
            firm.ForEach(account => _toy.Send(account, hour + 0.3, "q", network: "hq"));
            ring.ForEach(account => _toy.Send(account, hour + 0.3, "q", network: $"exit{hour % 6}"));
            for (var i = 0; i < shifts.Count; i++)
            {
                _toy.Send(shifts[i], (hour + (3 * i)) % 48 + 0.3, "q", network: "office");
            }
        }

        var trap = new SynchroTrap(_toy.Book());
        _toy.Play(trap);
        ToyTrace.AssertSeparated(trap, "network, buckets of 1 h, clusters of 5", ring, [.. shifts, .. firm]);
        Assert.Equal(1, trap.Scores().First().ByAccount[ring[0]], 5); // the very same actions
    }

    [Fact]
    public void Synchro_trap_measures_the_jaccard_ratio_of_actions()
    {
        var (a, b) = (_toy.Open(), _toy.Open());
        for (var hour = 0; hour < 6; hour++)
        {
            _toy.Send(a, hour + 0.1, "q", network: "n");
            _toy.Send(b, hour + 2.1, "q", network: "n"); // hours 2 to 7: four in common of eight
        }

        for (var i = 0; i < 3; i++)
        {
            _toy.Open();
        }

        // Three more accounts tie the pair into a cluster of five at a lower ratio, so that the pair's own level shows.
        for (var hour = 2; hour < 6; hour++)
        {
            for (var other = 2; other < 5; other++)
            {
                _toy.Send(other, hour + 0.1, "q", network: "n");
            }
        }

        var trap = new SynchroTrap(_toy.Book());
        _toy.Play(trap);
        var scores = trap.Scores().First(item => item.Setting == "network, buckets of 1 h, clusters of 5").ByAccount;
        Assert.Equal(4 / 6.0, scores[a], 5); // joins the three at 4 of 6
        Assert.Equal(4 / 6.0, scores[b], 5);
    }

    [Fact]
    public void Fraudar_finds_accounts_that_share_cards_and_exits_and_not_a_carrier_or_a_firm()
    {
        var ring = Enumerable.Range(0, 12).Select(i => _toy.Open(payment: $"pm_{i % 2}")).ToList();
        var carrier = Enumerable.Range(0, 60).Select(i => _toy.Open(payment: $"own_{i}")).ToList();
        var firm = Enumerable.Range(0, 12).Select(_ => _toy.Open(payment: "pm_firm", organization: "org_firm")).ToList(); // denser than the ring
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < ring.Count; i++)
            {
                _toy.Send(ring[i], _toy.Hour(0, 40), "q", network: $"exit{(i + round) % 3}");
            }

            carrier.ForEach(account => _toy.Send(account, _toy.Hour(0, 40), "q", network: "carrier"));
            foreach (var exit in new[] { "firm0", "firm1", "firm2" })
            {
                firm.ForEach(account => _toy.Send(account, _toy.Hour(0, 40), "q", network: exit));
            }
        }

        var fraudar = new Fraudar(_toy.Book());
        _toy.Play(fraudar);
        foreach (var setting in new[] { "payments, devices and networks, two uses, things of 2 owners or more, density", "all columns, a tenth of exchanges, things of 6 owners or more, density" })
        {
            ToyTrace.AssertSeparated(fraudar, setting, ring, [.. carrier, .. firm]);
        }
    }

    [Fact]
    public void The_sum_of_signals_finds_a_fast_script_behind_a_shared_card_and_not_a_person()
    {
        var scripts = Enumerable.Range(0, 6).Select(_ => _toy.Open(payment: "pm_1")).ToList();
        var person = _toy.Open(payment: "pm_2");
        for (var i = 0; i < 80; i++)
        {
            scripts.ForEach(account => _toy.Send(account, 5 + (i / 80.0), "think step by step and explain the proof", network: "exit"));
        }

        foreach (var hour in new[] { 8.1, 8.2, 8.7, 12.3, 19.9, 20.0 })
        {
            _toy.Send(person, hour, "where can i buy a lamp", network: "home");
        }

        var sum = new SignalSum(_toy.Book());
        _toy.Play(sum);
        ToyTrace.AssertSeparated(sum, "the tool's weights", scripts, [person]);
    }

    /// <summary>Hands every query on.</summary>
    sealed class Listener(Action<TraceQuery> heard) : IBaseline
    {
        public string Name => "listener";

        public SharedStages Needs => SharedStages.None;

        public void Add(TraceQuery query) => heard(query);

        public IEnumerable<ScoredSetting> Scores() => [];
    }
}
