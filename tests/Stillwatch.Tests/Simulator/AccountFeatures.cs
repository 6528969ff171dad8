using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;

namespace Stillwatch.Tests.Simulator;

/// <summary>What one could measure of an account alone: the features that must not give a campaign away.</summary>
sealed class AccountFeatures(AccountRecord record)
{
    readonly int[] _hours = new int[24];
    readonly Dictionary<string, int> _systems = [];
    readonly Dictionary<string, int> _heads = [];
    readonly HashSet<string> _prefixes = [];
    readonly HashSet<string> _models = [];
    readonly List<double> _times = [];
    double _text, _input, _output, _temperature, _maxTokens, _turns, _streams, _sessions, _newModel;

    public void Add(Exchange exchange, string newModel)
    {
        _times.Add(exchange.Time.ToUnixTimeMilliseconds() / 1000.0);
        _hours[exchange.Time.Hour]++;
        var text = string.Concat(exchange.Request.Messages[^1].Parts.OfType<TextPart>().Select(part => part.Text));
        _text += text.Length;
        _input += exchange.Response?.Usage?.InputTokens ?? 0;
        _output += exchange.Response?.Usage?.OutputTokens ?? 0;
        _temperature += exchange.Request.Temperature ?? 1;
        _maxTokens += exchange.Request.MaxTokens ?? 0;
        _turns += exchange.Request.Messages.Count;
        _streams += exchange.Request.Stream ? 1 : 0;
        _sessions += exchange.Client!.Session is null ? 0 : 1;
        _newModel += exchange.Request.Model == newModel ? 1 : 0;
        Count(_systems, exchange.Request.System ?? "");
        Count(_heads, text.Length < 24 ? text : text[..24]);
        _prefixes.Add(exchange.Client.Ip![..exchange.Client.Ip!.LastIndexOf('.')]);
        _models.Add(exchange.Request.Model);
    }

    public int Exchanges => _times.Count;

    /// <param name="sharing">Accounts that use the same payment token.</param>
    public IEnumerable<(string Name, double Value)> Values(DateTimeOffset end, int sharing)
    {
        var gaps = _times.Zip(_times.Skip(1), (a, b) => b - a).ToArray();
        var mean = gaps.Length == 0 ? 0 : gaps.Average();
        var deviation = gaps.Length == 0 ? 0 : Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));
        double n = Math.Max(1, Exchanges);
        yield return ("exchanges", Exchanges);
        yield return ("mean new-text length", _text / n);
        yield return ("mean input tokens", _input / n);
        yield return ("mean output tokens", _output / n);
        yield return ("total output tokens", _output);
        yield return ("account age in hours", (end - record.Created!.Value).TotalHours);
        yield return ("hour-of-day entropy", _hours.Where(count => count > 0).Sum(count => -(count / n) * Math.Log2(count / n)));
        yield return ("active hours", _hours.Count(count => count > 0));
        yield return ("share of the top system prompt", _systems.Values.DefaultIfEmpty().Max() / n);
        yield return ("has a system prompt", 1 - (_systems.GetValueOrDefault("") / n));
        yield return ("share of the top beginning", _heads.Values.DefaultIfEmpty().Max() / n);
        yield return ("distinct /24", _prefixes.Count);
        yield return ("distinct models", _models.Count);
        yield return ("temperature", _temperature / n);
        yield return ("max tokens", _maxTokens / n);
        yield return ("messages per exchange", _turns / n);
        yield return ("share streamed", _streams / n);
        yield return ("share with a session", _sessions / n);
        yield return ("share of the new model", _newModel / n);
        yield return ("mean gap", mean);
        yield return ("median gap", gaps.Length == 0 ? 0 : gaps.Order().ElementAt(gaps.Length / 2));
        yield return ("burstiness", deviation + mean == 0 ? 0 : (deviation - mean) / (deviation + mean));
        yield return ("span in hours", _times.Count == 0 ? 0 : (_times[^1] - _times[0]) / 3600);
        yield return ("free mail", record.EmailDomain!.EndsWith(".example", StringComparison.Ordinal) ? 0 : 1);
        yield return ("verification level", (double)record.Verification!);
        yield return ("has an organization", record.Organization is null ? 0 : 1);
        yield return ("accounts on the payment token", sharing);
    }

    static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}

/// <summary>How well one number separates two groups.</summary>
static class Separation
{
    /// <summary>Area under the ROC curve of the better direction, 0.5 to 1 (rank sum, ties count half).</summary>
    public static double Auc(IReadOnlyList<(double Value, bool Positive)> points)
    {
        var sorted = points.OrderBy(point => point.Value).ToArray();
        double positives = sorted.Count(point => point.Positive), negatives = sorted.Length - positives, ranks = 0;
        for (var first = 0; first < sorted.Length;)
        {
            var last = first;
            while (last + 1 < sorted.Length && sorted[last + 1].Value == sorted[first].Value)
            {
                last++;
            }

            var rank = ((first + last) / 2.0) + 1;
            for (; first <= last; first++)
            {
                ranks += sorted[first].Positive ? rank : 0;
            }
        }

        var auc = (ranks - (positives * (positives + 1) / 2)) / (positives * negatives);
        return Math.Max(auc, 1 - auc);
    }

    /// <summary>AUC of the best stump: one threshold, chosen with the truth in hand, so (recall + specificity) / 2 at its best.</summary>
    public static double BestStump(IReadOnlyList<(double Value, bool Positive)> points)
    {
        var sorted = points.OrderBy(point => point.Value).ToArray();
        double positives = sorted.Count(point => point.Positive), negatives = sorted.Length - positives, below = 0, best = 0.5;
        double negativesBelow = 0;
        for (var index = 0; index < sorted.Length - 1; index++)
        {
            if (sorted[index].Positive)
            {
                below++;
            }
            else
            {
                negativesBelow++;
            }

            if (sorted[index].Value != sorted[index + 1].Value)
            {
                var balanced = ((below / positives) + 1 - (negativesBelow / negatives)) / 2;
                best = Math.Max(best, Math.Max(balanced, 1 - balanced));
            }
        }

        return best;
    }
}
