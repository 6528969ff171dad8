using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Reports;

/// <summary>The words that stand beside figures, so that nobody has to know what 11.4 nats feel like.</summary>
public static class Wording
{
    /// <summary>A probability in words.</summary>
    public static string Confidence(double confidence) => confidence switch
    {
        >= 0.99 => "almost certain",
        >= 0.9 => "very likely",
        >= 0.7 => "likely",
        >= 0.5 => "more likely than not",
        _ => "unlikely",
    };

    /// <summary>How often such a judgement would be wrong, if the calibration holds.</summary>
    public static string Mistakes(double confidence)
    {
        var oneIn = 1 / Math.Max(1 - confidence, 1e-5);
        return oneIn switch
        {
            >= 100_000 => "fewer than 1 in 100,000 such judgements would be wrong",
            >= 20 => $"about 1 in {Figures.Count(TwoDigits(oneIn))} such judgements would be wrong",
            _ => $"about {Math.Round((1 - confidence) * 100)} in 100 such judgements would be wrong",
        };
    }

    public static string Verdict(Verdict verdict) => verdict switch
    {
        Engine.Judgement.Verdict.Distillation => "Distillation",
        Engine.Judgement.Verdict.Resale => "Resale",
        _ => "Automation",
    };

    public static string Meaning(Verdict verdict) => verdict switch
    {
        Engine.Judgement.Verdict.Distillation => "accounts run by one actor collect training material from the model",
        Engine.Judgement.Verdict.Resale => "one actor relays ordinary users through accounts that claim to be unrelated",
        _ => "a pipeline, a benchmark, a class: coordinated, but harmless",
    };

    public static string Rung(Rung rung) => rung.ToString().ToLowerInvariant();

    public static string Meaning(Rung rung) => rung switch
    {
        Engine.Responses.Rung.Observe => "nothing changes for the caller",
        Engine.Responses.Rung.Verify => "served with a notice; after 72 hours, the limits of an unverified account",
        Engine.Responses.Rung.Shape => "all accounts of the ring share one budget",
        Engine.Responses.Rung.Withhold => "answers leave out the reasoning",
        _ => "calls are refused",
    };

    /// <summary>An identifier as words: <c>shared-payment</c> becomes <c>shared payment</c>.</summary>
    public static string Words(string identifier) => identifier.Replace('-', ' ').Replace('_', ' ');

    /// <summary>A look-alike with its article, where it takes one: "a classroom", "an agency", "load tests".</summary>
    public static string WithArticle(string identifier)
    {
        var words = Words(identifier);
        return words.Length == 0 || words[^1] is 's' || words.EndsWith("enthusiasm") || words.EndsWith("distillation") || words.EndsWith("traffic")
            ? words
            : ("aeiouAEIOU".Contains(words[0]) ? "an " : "a ") + words;
    }

    /// <summary>A log-odds as a ratio people can picture.</summary>
    public static string TimesAsLikely(double nats)
    {
        var times = Math.Exp(Math.Min(Math.Abs(nats), 14));
        return times < 1.5 ? "about as likely"
            : $"{(Math.Abs(nats) > 14 ? "over " : "about ")}{Figures.Count(TwoDigits(times))} times {(nats < 0 ? "less" : "more")} likely";
    }

    static long TwoDigits(double number)
    {
        var scale = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(number)) - 1));
        return (long)(Math.Round(number / scale) * scale);
    }
}
