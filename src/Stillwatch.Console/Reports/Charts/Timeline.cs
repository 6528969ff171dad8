using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>Exchanges and accounts per bucket on one time axis, with onset, pivots and detection marked.</summary>
internal static class Timeline
{
    const double ExchangesHeight = 110;
    const double AccountsHeight = 46;
    const double RowHeight = 17;
    const double Left = 46;

    /// <param name="further">Marks beside onset, pivots and detection: what was done about it.</param>
    public static Drawing Draw(Campaign campaign, double width, IReadOnlyList<(DateTimeOffset At, string Label, string Style)>? further = null)
    {
        var buckets = TimelineBuckets.Of(campaign.Timeline, atMost: (int)(width / 6));
        if (buckets.Buckets.Count == 0)
        {
            return new Drawing(Markup.Empty, width, 0);
        }

        var axis = new TimeAxis(buckets.Start, buckets.End, Left, width - 2);
        var moments = TimelineMoments.Of(campaign, axis, width, further ?? []);
        var top = (moments.Rows * RowHeight) + 20;
        var exchangesFloor = top + ExchangesHeight;
        var accountsFloor = exchangesFloor + 24 + AccountsHeight;
        var body = Markup.Of(
            $"""
            {Columns(buckets, axis, exchangesFloor)}{Steps(buckets, axis, accountsFloor)}
            {moments.Draw(RowHeight, accountsFloor)}{axis.Draw(accountsFloor, (int)(width / 90))}
            """);
        return new Drawing(body, width, accountsFloor + 22);
    }

    /// <summary>The picture in a sentence, for those who cannot see it.</summary>
    public static string Describe(Campaign campaign)
    {
        var buckets = TimelineBuckets.Of(campaign.Timeline, atMost: 120);
        var pivots = campaign.Pivots.Select(pivot =>
            $" Pivot from {pivot.From} to {pivot.To} on {Figures.Minute(pivot.At)}: {Figures.Share(pivot.ShareRatio)} of exchanges moved.");
        return $"Exchanges and active accounts per {Figures.Span(buckets.BucketWidth)} from {Figures.Minute(buckets.Start)} to {Figures.Minute(buckets.End)} UTC. "
            + $"Onset {Figures.Minute(campaign.Onset)}, detected {Figures.Minute(campaign.DetectedAt)}.{string.Concat(pivots)}";
    }

    static Markup Columns(TimelineBuckets timeline, TimeAxis axis, double floor)
    {
        var most = Math.Max(1, timeline.Buckets.Max(bucket => bucket.Exchanges));
        var pitch = (axis.Right - axis.Left) / timeline.Buckets.Count;
        var thickness = Math.Min(Math.Max(pitch - 1, pitch * .7), 40);
        var columns = timeline.Buckets.Select((bucket, i) => (Height: ExchangesHeight * bucket.Exchanges / most, X: axis.Left + (i * pitch)))
            .Where(column => column.Height > 0)
            .Select(column => Markup.Of($"M{column.X} {floor}v{-column.Height}h{thickness}v{column.Height}z"));
        return Markup.Of(
            $"""{Scale("exchanges", most, floor, ExchangesHeight, axis)}<path class="columns" d="{columns}"/><path class="axis" d="M{axis.Left} {floor}H{axis.Right}"/>""");
    }

    static Markup Steps(TimelineBuckets timeline, TimeAxis axis, double floor)
    {
        var most = Math.Max(1, timeline.Buckets.Max(bucket => bucket.Accounts));
        var pitch = (axis.Right - axis.Left) / timeline.Buckets.Count;
        var path = timeline.Buckets.Select(bucket => Markup.Of($"V{floor - (AccountsHeight * bucket.Accounts / most)}h{pitch}"));
        return Markup.Of(
            $"""{Scale("accounts", most, floor, AccountsHeight, axis)}<path class="steps" d="M{axis.Left} {floor}{path}V{floor}"/>""");
    }

    static Markup Scale(string name, long most, double floor, double height, TimeAxis axis) => Markup.Of(
        $"""
        <path class="grid" d="M{axis.Left} {floor - height}H{axis.Right}"/>
        <text class="tick" x="{Left - 6}" y="{floor - height + 4}" text-anchor="end">{Figures.Short(most)}</text>
        <text class="tick" x="{Left - 6}" y="{floor}" text-anchor="end">0</text>
        <text class="name" x="{axis.Left}" y="{floor - height - 4}">{name}</text>
        """);
}
