using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;

namespace Stillwatch.Gateway.Tests.Enforcement.Displacement;

public sealed class DisplacementDeskTests
{
    static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DisplacementPolicy On = new() { IsOn = true };

    readonly DisplacementDesk _desk = new(new DisplacementDraw(DetectionKey.FromText("desk")), NullLogger<DisplacementDesk>.Instance);
    DateTimeOffset _now = Start;

    [Fact]
    public void Off_nobody_is_slowed_and_nothing_is_recorded()
    {
        Run(Ring(Rung.Shape), new DisplacementPolicy(), hours: 12);
        Assert.Empty(_desk.Trials);
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.True(_desk.Admits($"ring_{i % 12:00}", _now, out _)));
    }

    [Theory]
    [InlineData(Rung.Verify)]
    [InlineData(Rung.Withhold)]
    [InlineData(Rung.Suspend)]
    public void Only_accounts_at_shape_are_ever_slowed(Rung rung)
    {
        Run(Ring(rung), On, hours: 12);
        Assert.Empty(_desk.Trials);
    }

    [Fact]
    public void A_trial_says_who_was_slowed_when_and_why_and_what_came_of_it()
    {
        Run(Ring(Rung.Shape), On, hours: 24);
        var trial = _desk.Trials[0];
        Assert.Equal(("case_1", 1, "measured", 0.2), (trial.Case, trial.Number, trial.Outcome, trial.RateRatio));
        Assert.True(trial.PowerSd >= 2.5);
        Assert.InRange(trial.Treated.Count, 1, 6);
        Assert.Equal(12, trial.Treated.Concat(trial.Siblings).Distinct().Count());
        Assert.InRange(trial.Until - trial.From, TimeSpan.FromMinutes(7.5), TimeSpan.FromMinutes(10));
        Assert.True(_desk.TryTake(out var finding));
        Assert.Equal((trial.Nats, trial.ShiftedRatio), (finding.Nats, finding.ShiftedRatio));
        Assert.Equal(trial.Treated, finding.Treated);
    }

    [Fact]
    public void The_same_key_and_the_same_traffic_slow_the_same_accounts_at_the_same_time()
    {
        var other = new DisplacementDeskTests();
        Run(Ring(Rung.Shape), On, hours: 16);
        other.Run(Ring(Rung.Shape), On, hours: 16);
        string Told(DisplacementDesk desk) => string.Join('\n', desk.Trials.Select(t => $"{t.Case} {t.Number} {t.From:O} {string.Join(',', t.Treated)} {t.Nats}"));
        Assert.NotEmpty(_desk.Trials);
        Assert.Equal(Told(_desk), Told(other._desk));
    }

    [Fact]
    public void A_slowed_account_gets_its_share_and_an_honest_wait()
    {
        RunUntilSlowed();
        var trial = _desk.Trials[^1];
        var slowed = trial.Treated[0];
        var admitted = 0;
        for (var second = 0; second < 420; second++)
        {
            if (_desk.Admits(slowed, _now.AddSeconds(second), out var retryAfter))
            {
                admitted++;
            }
            else
            {
                Assert.InRange(retryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            }
        }

        // 3 a minute before, a fifth of it now: four in seven minutes, and the first at once.
        Assert.InRange(admitted, 3, 6);
        Assert.All(trial.Siblings, s => Assert.True(_desk.Admits(s, _now, out _)));
        Assert.True(_desk.Admits("somebody else", _now, out _));
    }

    [Fact]
    public void A_slowed_account_is_free_when_its_window_ends_even_if_nobody_calls()
    {
        RunUntilSlowed();
        var trial = _desk.Trials[^1];
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(_desk.Admits(trial.Treated[0], trial.Until, out var _)));
    }

    [Fact]
    public void An_account_that_leaves_the_rung_is_released_at_once_and_its_ring_breaks_the_trial_off()
    {
        RunUntilSlowed();
        var treated = _desk.Trials[^1].Treated;
        var left = Ring(Rung.Shape).Where(r => r.Key != treated[0]).ToDictionary(r => r.Key, r => r.Value);
        _desk.Plan(left, On, _now);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(_desk.Admits(treated[0], _now, out var _)));
        Assert.Equal("running", _desk.Trials[^1].Outcome);

        _desk.Plan(new Dictionary<string, AccountResponse>(), On, _now);
        Assert.Equal("aborted", _desk.Trials[^1].Outcome);
        Assert.All(treated, t => Assert.True(_desk.Admits(t, _now, out _) && _desk.Admits(t, _now, out _)));
    }

    [Fact]
    public void Turned_off_the_trial_is_broken_off_and_everybody_released()
    {
        RunUntilSlowed();
        _desk.Plan(Ring(Rung.Shape), On with { IsOn = false }, _now);
        Assert.Equal("aborted", _desk.Trials[^1].Outcome);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(_desk.Admits(_desk.Trials[^1].Treated[0], _now, out var _)));
    }

    [Fact]
    public void A_ring_is_tried_so_often_and_no_more_with_rest_between()
    {
        Run(Ring(Rung.Shape), On with { MaxTrials = 3 }, hours: 48);
        Assert.Equal([1, 2, 3], _desk.Trials.Select(t => t.Number));
        Assert.All(_desk.Trials.Zip(_desk.Trials.Skip(1)), pair => Assert.True(pair.Second.From - pair.First.Until >= TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_ring_that_comes_back_to_the_rung_has_no_more_trials_than_were_left()
    {
        Run(Ring(Rung.Shape), On with { MaxTrials = 2 }, hours: 24);
        Run(Ring(Rung.Verify), On with { MaxTrials = 2 }, hours: 1);
        Run(Ring(Rung.Shape), On with { MaxTrials = 2 }, hours: 24);
        Assert.Equal([1, 2], _desk.Trials.Select(t => t.Number));
    }

    [Fact]
    public void A_trial_too_short_to_show_anything_is_refused_by_name()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => _desk.Plan(Ring(Rung.Shape), On with { Length = TimeSpan.Zero }, Start));
        Assert.Contains("Length", refused.Message);
    }

    [Fact]
    public void Rings_beyond_the_limit_wait_and_are_counted()
    {
        var responses = Enumerable.Range(0, DisplacementDesk.MaxRings + 3)
            .ToDictionary(i => $"account_{i}", i => new AccountResponse(Rung.Shape, $"case_{i}", Start, Start.AddDays(9), null));
        _desk.Plan(responses, On, Start);
        Assert.Equal(3, _desk.Unwatched);
        responses = Enumerable.Range(0, RingWatch.MaxAccounts + 5)
            .ToDictionary(i => $"account_{i}", _ => new AccountResponse(Rung.Shape, "case_1", Start, Start.AddDays(9), null));
        _desk.Plan(responses, On, Start);
        Assert.Equal(5, _desk.Unwatched);
    }

    [Fact]
    public void Windows_forget_what_is_long_past()
    {
        var counts = new WindowCounts();
        counts.Add(5);
        counts.Add(5);
        counts.Add(7);
        counts.Add(6);
        Assert.Equal((2, 1, 1, 0), (counts[5], counts[6], counts[7], counts[8]));
        counts.Add(5 + WindowCounts.Kept);
        counts.Add(5);
        Assert.Equal((0, 1, 1), (counts[5], counts[6], counts[5 + WindowCounts.Kept]));
        counts.Add(1_000_000);
        Assert.Equal((0, 1), (counts[7], counts[1_000_000]));
    }

    static Dictionary<string, AccountResponse> Ring(Rung rung) =>
        Enumerable.Range(0, 12).ToDictionary(i => $"ring_{i:00}", _ => new AccountResponse(rung, "case_1", Start, Start.AddDays(30), null));

    /// <summary>Three exchanges a minute from each account as a clock sends them, ten from others.</summary>
    void Run(Dictionary<string, AccountResponse> responses, DisplacementPolicy policy, int hours)
    {
        for (var end = _now.AddHours(hours); _now < end; Minute(responses, policy))
        {
        }
    }

    void RunUntilSlowed()
    {
        var ring = Ring(Rung.Shape);
        for (var end = _now.AddHours(24); _desk.Trials is not [.., { Outcome: "running" }]; Minute(ring, On))
        {
            Assert.True(_now < end);
        }

        _now = _now.AddMinutes(-1);
    }

    void Minute(Dictionary<string, AccountResponse> responses, DisplacementPolicy policy)
    {
        _desk.Plan(responses, policy, _now);
        foreach (var account in responses.Keys.SelectMany(a => Enumerable.Repeat(a, 3)))
        {
            if (_desk.Admits(account, _now, out _))
            {
                _desk.Count(account, _now);
            }
        }

        for (var i = 0; i < 10; i++)
        {
            _desk.Count("somebody else", _now);
        }

        _now = _now.AddMinutes(1);
    }
}
