using System.Globalization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>Whether a submitted report keeps the rules of the benchmark (docs/benchmark.md). Add every exchange of the log, then ask.</summary>
/// <remarks>
/// A report that breaks them scores better than its detector is: an account in several campaigns makes several true campaigns, one dated before it sent anything loses nothing.
/// An <c>automation</c> campaign accuses nobody, so it may list whom an accusing one lists. Times are compared to the second, since many detectors write no fractions;
/// who judges in spans of time dates a decision at the end of one, so the last may end after the log.
/// </remarks>
public sealed class ReportRules(Report report)
{
    const long SecondMs = 1000;

    /// <summary>What a decision may be dated after the last exchange; Stillwatch's own epochs.</summary>
    const long SpanMs = 600_000;

    readonly Dictionary<string, long> _firsts = [];
    long _exchanges;
    long _firstMs = long.MaxValue;
    long _lastMs = long.MinValue;

    /// <summary>Accounts that send in the log.</summary>
    public int Accounts => _firsts.Count;

    public void Add(LogEntry entry)
    {
        _exchanges++;
        (_firstMs, _lastMs) = (Math.Min(_firstMs, entry.TimeMs), Math.Max(_lastMs, entry.TimeMs));
        if (!_firsts.TryGetValue(entry.Account, out var first) || entry.TimeMs < first)
        {
            _firsts[entry.Account] = entry.TimeMs;
        }
    }

    /// <summary>What breaks a rule, each with place, value and cure.</summary>
    public IReadOnlyList<string> Faults() => [.. CampaignFaults(), .. AccountFaults()];

    /// <summary>Why the report cannot be of this log, going by the input it states; null when it fits or states none.</summary>
    /// <remarks>A hundredth is allowed, as for bad lines, and a span of time at both ends. A detector that dropped accounts for want of memory knows fewer.</remarks>
    public string? Misfit()
    {
        var input = report.Input;
        var isFit = (input.Exchanges == 0 || IsNear(input.Exchanges, _exchanges))
            && (input.Accounts == 0 || IsNear(input.Accounts, _firsts.Count) || (input.Dropped > 0 && input.Accounts < _firsts.Count))
            && (input.From is not { } from || Math.Abs(from.ToUnixTimeMilliseconds() - _firstMs) <= SpanMs)
            && (input.To is not { } to || Math.Abs(to.ToUnixTimeMilliseconds() - _lastMs) <= SpanMs);
        return isFit ? null : $"The report's input is {Described(input.Exchanges, input.Accounts, input.From, input.To)}; the log has "
            + $"{Described(_exchanges, _firsts.Count, Time(_firstMs), Time(_lastMs))}: is it the report of this log?";
    }

    IEnumerable<string> CampaignFaults()
    {
        var homes = new Dictionary<string, string>();
        for (var c = 0; c < report.Campaigns.Count; c++)
        {
            var campaign = report.Campaigns[c];
            var own = new HashSet<string>();
            var earliest = long.MaxValue;
            for (var a = 0; a < campaign.Accounts.Count; a++)
            {
                var (account, place) = (campaign.Accounts[a], $"campaigns[{c}].accounts[{a}]");
                earliest = Math.Min(earliest, _firsts.GetValueOrDefault(account, long.MaxValue));
                if (!own.Add(account))
                {
                    yield return $"{place}: '{account}' stands there twice; list it once.";
                }
                else if (!_firsts.ContainsKey(account))
                {
                    yield return $"{place}: '{account}' sends nothing in the log; name only accounts that the detector saw.";
                }
                else if (campaign.Verdict != Verdict.Automation && !homes.TryAdd(account, campaign.Id))
                {
                    yield return $"{place}: '{account}' is in campaign '{homes[account]}' too; put it into the one it belongs to most.";
                }
            }

            foreach (var fault in DateFaults($"campaigns[{c}]", campaign.DetectedAt, campaign.AlarmedAt, earliest, "any of its accounts sends"))
            {
                yield return fault;
            }
        }
    }

    IEnumerable<string> AccountFaults()
    {
        var members = report.Campaigns.ToDictionary(campaign => campaign.Id, campaign => campaign.Accounts.ToHashSet());
        var seen = new HashSet<string>();
        for (var a = 0; a < report.Accounts.Count; a++)
        {
            var (judged, place) = (report.Accounts[a], $"accounts[{a}]");
            if (!seen.Add(judged.Account))
            {
                yield return $"{place}.account: '{judged.Account}' stands there twice; keep the line of its own campaign.";
                continue;
            }

            if (!members[judged.Campaign].Contains(judged.Account))
            {
                yield return $"{place}.campaign: '{judged.Campaign}' does not list '{judged.Account}'; add it to the campaign's accounts, or leave it out here.";
            }

            if (!_firsts.TryGetValue(judged.Account, out var first))
            {
                yield return $"{place}.account: '{judged.Account}' sends nothing in the log; name only accounts that the detector saw.";
                continue;
            }

            foreach (var fault in DateFaults(place, judged.DetectedAt, judged.AlarmedAt, first, $"'{judged.Account}' sends"))
            {
                yield return fault;
            }
        }
    }

    IEnumerable<string> DateFaults(string place, DateTimeOffset detected, DateTimeOffset? alarmed, long firstMs, string who)
        => new[] { ("detected_at", (DateTimeOffset?)detected), ("alarmed_at", alarmed) }.Where(date => date.Item2 is not null)
            .Select(date => DateFault($"{place}.{date.Item1}", date.Item2!.Value, firstMs, who)).OfType<string>();

    // An account's date may be its campaign's, where it gives none: the cure is one of its own.
    string? DateFault(string place, DateTimeOffset at, long firstMs, string who)
    {
        var ms = at.ToUnixTimeMilliseconds();
        return firstMs != long.MaxValue && ms + SecondMs <= firstMs
                ? $"{place}: {Shown(at)} (its own, or its campaign's) is before {who} anything, at {Shown(Time(firstMs))}; give it the event time of the decision, no earlier than that."
            : _exchanges > 0 && ms > _lastMs + SpanMs
                ? $"{place}: {Shown(at)} is after the last exchange, at {Shown(Time(_lastMs))}; date what is decided at the end of the log at its end."
            : null;
    }

    static bool IsNear(long stated, long counted) => Math.Abs(stated - counted) * 100 <= counted;

    static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    static string Described(long exchanges, int accounts, DateTimeOffset? from, DateTimeOffset? to)
        => $"{exchanges:N0} exchanges of {accounts:N0} accounts, {(from is { } begin ? Shown(begin) : "?")} to {(to is { } end ? Shown(end) : "?")}";

    static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);
}
