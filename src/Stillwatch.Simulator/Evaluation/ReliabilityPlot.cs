using System.Text;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>The calibration as a picture: stated confidence to the right, frequency upwards, one disc per bin, its area by the accounts in it.</summary>
public static class ReliabilityPlot
{
    const int Size = 360;
    const int Margin = 46;

    /// <summary>A complete SVG document without outside references.</summary>
    public static string Svg(EvaluationResult result)
    {
        var text = new StringBuilder();
        var end = Size - Margin;
        text.Append($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Size} {Size}" width="{Size}" height="{Size}" font-family="sans-serif" font-size="11">""");
        text.Append($"<title>Reliability: expected calibration error {result.ExpectedCalibrationError:f3}</title>");
        text.Append($"""<rect x="{Margin}" y="{Margin}" width="{end - Margin}" height="{end - Margin}" fill="none" stroke="#888"/>""");
        text.Append($"""<line x1="{Margin}" y1="{end}" x2="{end}" y2="{Margin}" stroke="#bbb" stroke-dasharray="4 3"/>""");
        for (var tick = 0; tick <= 10; tick += 2)
        {
            text.Append($"""<text x="{X(tick / 10.0):f0}" y="{end + 16}" text-anchor="middle">{tick / 10.0:0.0}</text>""");
            text.Append($"""<text x="{Margin - 6}" y="{Y(tick / 10.0) + 4:f0}" text-anchor="end">{tick / 10.0:0.0}</text>""");
        }

        text.Append($"""<text x="{Size / 2}" y="{Size - 10}" text-anchor="middle">stated confidence</text>""");
        text.Append($"""<text x="12" y="{Size / 2}" text-anchor="middle" transform="rotate(-90 12 {Size / 2})">share that is true</text>""");
        double most = Math.Max(1, result.Reliability.Select(bin => bin.Accounts).DefaultIfEmpty().Max());
        foreach (var bin in result.Reliability)
        {
            var (stated, right) = (bin.SumConfidence / bin.Accounts, (double)bin.Right / bin.Accounts);
            text.Append($"""<circle cx="{X(stated):f1}" cy="{Y(right):f1}" r="{3 + (9 * Math.Sqrt(bin.Accounts / most)):f1}" fill="#2a6f97" fill-opacity="0.75"><title>{bin.Accounts} accounts: stated {stated:f3}, true {right:f3}</title></circle>""");
        }

        return text.Append("</svg>\n").ToString();
    }

    static double X(double ratio) => Margin + (ratio * (Size - (2 * Margin)));

    static double Y(double ratio) => Size - Margin - (ratio * (Size - (2 * Margin)));
}
