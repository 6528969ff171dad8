namespace Stillwatch.Console.Reports.Charts;

/// <summary>Where everything of a ring picture goes: dots of accounts left, traits right, both filling the same height.</summary>
internal sealed record RingLayout(
    double Width, double Height, double DotsLeft, double DotsRight, double TraitsLeft, double DotPitch, int AccountsPerDot, int DotColumns,
    IReadOnlyList<RingLayout.Span> Groups, IReadOnlyList<RingLayout.Span> Traits)
{
    const double Top = 26;
    const double GroupGap = 9;
    const double TraitGap = 14;
    const double LeastTrait = 18;
    const int MostDots = 700;

    internal readonly record struct Span(double Y, double Height)
    {
        public double Middle => Y + (Height / 2);
    }

    public static RingLayout Of(RingGroups ring, double width)
    {
        var narrow = width < 500;
        var dotsLeft = narrow ? 34 : 48;
        var dotsWidth = width * (narrow ? .2 : .24);
        var perDot = RoundUp(ring.Accounts / (double)MostDots);
        var dots = ring.Groups.Sum(group => Dots(group, perDot));
        var pitch = Math.Clamp(Math.Sqrt(dotsWidth * 230 / Math.Max(1, dots)), 4.5, 11);
        var columns = Math.Max(1, (int)(dotsWidth / pitch));

        var groupHeights = ring.Groups.Select(group => Math.Max(12, Math.Ceiling(Dots(group, perDot) / (double)columns) * pitch)).ToList();
        var groupsHeight = Total(groupHeights, GroupGap);
        var widest = Math.Max(1, ring.Traits.Count == 0 ? 1 : ring.Traits.Max(trait => trait.Accounts));
        var room = Math.Max(groupsHeight, ring.Traits.Count * (LeastTrait + TraitGap + 10));
        var perAccount = Math.Min(60, (room - Total(ring.Traits.Select(_ => LeastTrait), TraitGap)) / Math.Max(1, ring.Traits.Count) * 2) / widest;
        var traitHeights = ring.Traits.Select(trait => LeastTrait + Math.Max(0, trait.Accounts * perAccount)).ToList();
        var height = Math.Max(groupsHeight, Total(traitHeights, TraitGap));

        return new RingLayout(
            width, Top + height + 18, dotsLeft, dotsLeft + (columns * pitch), width * (narrow ? .52 : .6), pitch, perDot, columns,
            Stack(groupHeights, GroupGap, height), Stack(traitHeights, TraitGap, height));
    }

    public static int Dots(RingGroups.Group group, int perDot) => (int)Math.Ceiling(group.Accounts / (double)perDot);

    static double Total(IEnumerable<double> heights, double gap) => Math.Max(0, heights.Sum(height => height + gap) - gap);

    // Centred, with the gaps opened (up to four times) when the other column is taller.
    static List<Span> Stack(List<double> heights, double gap, double available)
    {
        var spare = available - Total(heights, gap);
        gap += heights.Count > 1 ? Math.Min(spare / (heights.Count - 1), gap * 3) : 0;
        var y = Top + ((available - Total(heights, gap)) / 2);
        return [.. heights.Select(height =>
        {
            var span = new Span(y, height);
            y += height + gap;
            return span;
        })];
    }

    /// <summary>The next of 1, 2, 5, 10, 20, 50 …: a dot stands for a number one can multiply by.</summary>
    static int RoundUp(double least)
    {
        var unit = 1;
        while (true)
        {
            foreach (var step in (ReadOnlySpan<int>)[1, 2, 5])
            {
                if (step * unit >= least)
                {
                    return step * unit;
                }
            }

            unit *= 10;
        }
    }
}
