using System.Collections.Immutable;
using System.Globalization;
using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>Maps time to x and draws ticks at round moments.</summary>
internal sealed record TimeAxis(DateTimeOffset Start, DateTimeOffset End, double Left, double Right)
{
    static readonly ImmutableArray<double> StepsHours = [1, 3, 6, 12, 24, 48, 120, 240, 720, 2160];

    public double X(DateTimeOffset time) =>
        Left + ((Right - Left) * Math.Clamp((time - Start) / (End - Start), 0, 1));

    /// <param name="y">Where the axis lies.</param>
    public Markup Draw(double y, int ticks)
    {
        var step = TimeSpan.FromHours(StepsHours.FirstOrDefault(hours => (End - Start).TotalHours / hours <= ticks, StepsHours[^1]));
        var first = new DateTimeOffset((long)Math.Ceiling(Start.UtcTicks / (double)step.Ticks) * step.Ticks, TimeSpan.Zero);
        var marks = new List<Markup> { Markup.Of($"""<path class="axis" d="M{Left} {y}H{Right}"/>""") };
        for (var at = first; at <= End; at += step)
        {
            var anchor = X(at) < Left + 20 ? "start" : X(at) > Right - 20 ? "end" : "middle";
            marks.Add(Markup.Of(
                $"""<path class="axis" d="M{X(at)} {y}v4"/><text class="tick" x="{X(at)}" y="{y + 17}" text-anchor="{anchor}">{Label(at, step)}</text>"""));
        }

        return Markup.All(marks);
    }

    static string Label(DateTimeOffset at, TimeSpan step) => at.UtcDateTime.ToString(
        step < TimeSpan.FromDays(1) && at.UtcDateTime.TimeOfDay > TimeSpan.Zero ? "HH:mm" : "d MMM", CultureInfo.InvariantCulture);
}
