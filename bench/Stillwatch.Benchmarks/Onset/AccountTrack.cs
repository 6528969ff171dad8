using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Onset;

/// <summary>When one simulated account sent, and with what.</summary>
sealed class AccountTrack(string truth)
{
    public string Class { get; } = truth;

    public List<(long Ms, string Model)> Exchanges { get; } = [];

    public long FirstMs => Exchanges[0].Ms;

    /// <summary>What the account had done by <paramref name="nowMs"/>, of one model.</summary>
    public ModelTrack Of(string model, long nowMs = long.MaxValue)
    {
        var moved = Exchanges.FindIndex(e => e.Model == model && e.Ms <= nowMs);
        return new ModelTrack(FirstMs, Exchanges.FindLast(e => e.Ms <= nowMs).Ms, moved < 0 ? long.MaxValue : Exchanges[moved].Ms);
    }

    /// <summary>A simulated world's accounts that sent anything, in random but fixed order: by id, which says nothing.</summary>
    public static List<AccountTrack> Of(Scenario scenario, ulong seed)
    {
        var simulation = new Simulation(scenario, new SimulationOptions { Seed = seed });
        var tracks = simulation.Truth.ToDictionary(t => t.Account, t => new AccountTrack(t.Class));
        var parsed = new ParsedExchange();
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            ExchangeFiller.Fill(exchange, parsed);
            tracks[exchange.Account].Exchanges.Add((parsed.TimeMs, exchange.Request.Model));
        }

        foreach (var track in tracks.Values)
        {
            track.Exchanges.Sort((a, b) => a.Ms.CompareTo(b.Ms));
        }

        return [.. tracks.Where(t => t.Value.Exchanges.Count > 0).OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Value)];
    }
}
