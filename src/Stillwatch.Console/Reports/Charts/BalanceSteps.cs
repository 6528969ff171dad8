using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>A ledger as steps from prior to total, heaviest first: what the waterfall draws and what a test adds up.</summary>
internal sealed record BalanceSteps(IReadOnlyList<BalanceSteps.Step> Steps, double Total, double Least, double Most)
{
    /// <param name="Start">Running sum before this item, nats.</param>
    internal sealed record Step(EvidenceItem Item, double Start)
    {
        public double End => Start + Item.LogOdds;
    }

    /// <summary>Maps nats to 0..1 over the whole balance, with a little air.</summary>
    public double Scale(double nats) => Math.Clamp((nats - Least + .3) / (Most - Least + .6), 0, 1);

    public static BalanceSteps Of(Ledger ledger)
    {
        var sum = ledger.Prior;
        var (least, most) = (Math.Min(0, sum), Math.Max(0, sum));
        var steps = new List<Step>();
        foreach (var item in ledger.Items.OrderByDescending(item => item.LogOdds).ThenBy(item => item.Trait, StringComparer.Ordinal))
        {
            steps.Add(new Step(item, sum));
            var raw = sum + item.RawLogOdds;
            sum += item.LogOdds;
            (least, most) = (Math.Min(least, Math.Min(sum, raw)), Math.Max(most, Math.Max(sum, raw)));
        }

        var total = sum + ledger.Calibration;
        return new BalanceSteps(steps, total, Math.Min(least, total), Math.Max(most, total));
    }
}
