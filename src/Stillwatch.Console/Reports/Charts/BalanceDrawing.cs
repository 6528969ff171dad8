using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>The waterfall as one drawing, for pictures that stand alone; the page's own is a table that wraps.</summary>
internal static class BalanceDrawing
{
    const double RowHeight = 27;
    const double LabelWidth = 150;
    const double FigureWidth = 48;

    public static Drawing Draw(Ledger ledger, double width)
    {
        var balance = BalanceSteps.Of(ledger);
        var room = width - LabelWidth - FigureWidth;
        double X(double nats) => LabelWidth + (room * balance.Scale(nats));

        var rows = new List<Markup> { Plain("prior", 0, X(0), X(ledger.Prior), ledger.Prior, width) };
        rows.AddRange(balance.Steps.Select((step, i) => Item(step, i + 1, X, width)));
        if (ledger.Calibration != 0)
        {
            rows.Add(Plain("calibration", rows.Count, X(balance.Total - ledger.Calibration), X(balance.Total), ledger.Calibration, width));
        }

        var floor = (rows.Count * RowHeight) + 4;
        rows.Add(Markup.Of($"""<path class="axis" d="M0 {floor}H{width}"/><path class="odds" d="M{X(0)} 0V{floor + RowHeight}"/>"""));
        rows.Add(Plain("total", rows.Count - 1 + .3, X(0), X(balance.Total), balance.Total, width));
        return new Drawing(Markup.All(rows), width, floor + RowHeight + 8);
    }

    static Markup Item(BalanceSteps.Step step, int row, Func<double, double> x, double width)
    {
        var family = Family.Of(step.Item.Family);
        var (from, to, raw) = (x(step.Start), x(step.End), x(step.Start + step.Item.RawLogOdds));
        var y = row * RowHeight;
        return Markup.Of(
            $"""
            <g class="{family.Style}">{Marks.Shape(family, 6, y + 13, 4.5)}<text class="trait" x="17" y="{y + 17}">{Wording.Words(step.Item.Trait)}</text>
            <rect class="ghost" x="{Math.Min(to, raw)}" y="{y + 8}" width="{Math.Abs(raw - to)}" height="10"/><rect class="mark" x="{Math.Min(from, to)}" y="{y + 8}" width="{Math.Max(Math.Abs(to - from), 1)}" height="10"/></g>
            {Figure(step.Item.LogOdds, y, width)}
            """);
    }

    static Markup Plain(string name, double row, double from, double to, double nats, double width) => Markup.Of(
        $"""
        <text class="trait" x="17" y="{(row * RowHeight) + 17}">{name}</text><rect class="total" x="{Math.Min(from, to)}" y="{(row * RowHeight) + 8}" width="{Math.Max(Math.Abs(to - from), 1)}" height="10"/>{Figure(nats, row * RowHeight, width)}
        """);

    static Markup Figure(double nats, double y, double width) => Markup.Of(
        $"""<text class="figure" x="{width}" y="{y + 17}" text-anchor="end">{Figures.Nats(nats)}</text>""");
}
