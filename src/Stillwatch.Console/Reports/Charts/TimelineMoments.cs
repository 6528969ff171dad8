using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>The marked moments of a timeline: labels go to the first row where they do not touch another.</summary>
internal sealed class TimelineMoments
{
    // Labels are set at 12 px; a letter takes some 6.2 of them.
    const double LetterWidth = 6.4;
    const int MostPivots = 3;

    readonly List<Placed> _placed = [];

    public int Rows => _placed.Count == 0 ? 0 : _placed.Max(moment => moment.Row) + 1;

    public static TimelineMoments Of(
        Campaign campaign, TimeAxis axis, double width, IReadOnlyList<(DateTimeOffset At, string Label, string Style)> further)
    {
        var moments = new TimelineMoments();
        var rowEnds = new List<(double From, double To)>[6];
        foreach (var (at, label, style) in All(campaign).Concat(further).OrderBy(moment => moment.At))
        {
            var x = axis.X(at);
            var length = label.Length * LetterWidth;
            var leftward = x + 6 + length > width;
            var (from, to) = leftward ? (x - 6 - length, x + 2) : (x - 2, x + 8 + length);
            var row = Array.FindIndex(rowEnds, ends => ends is null || ends.TrueForAll(end => from > end.To || to < end.From));
            row = row < 0 ? rowEnds.Length - 1 : row;
            (rowEnds[row] ??= []).Add((from, to));
            moments._placed.Add(new Placed(x, row, label, style, leftward));
        }

        return moments;
    }

    public Markup Draw(double rowHeight, double floor) => Markup.All(_placed.Select(moment =>
    {
        var y = (moment.Row * rowHeight) + 12;
        return Markup.Of(
            $"""
            <g class="moment {moment.Style}"><path d="M{moment.X} {y - 10}V{floor}"/>
            <text x="{moment.X + (moment.Leftward ? -5 : 5)}" y="{y}" text-anchor="{(moment.Leftward ? "end" : "start")}">{moment.Label}</text></g>
            """);
    }));

    static IEnumerable<(DateTimeOffset At, string Label, string Style)> All(Campaign campaign)
    {
        yield return (campaign.Onset, "onset", "onset");
        yield return (campaign.DetectedAt, "detected", "detected");
        foreach (var pivot in campaign.Pivots.OrderByDescending(pivot => pivot.ShareRatio).Take(MostPivots))
        {
            yield return (pivot.At, $"pivot to {Cut(pivot.To)}", "pivot");
        }
    }

    static string Cut(string name) => name.Length <= 24 ? name : name[..23] + "…";

    readonly record struct Placed(double X, int Row, string Label, string Style, bool Leftward);
}
