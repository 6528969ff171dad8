using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The five rungs with the decided one marked: how far up the ladder is seen before the word is read.</summary>
internal static class Ladder
{
    public static Markup Small(Rung rung) => Markup.Of(
        $"""<span class="rung r{(int)rung}">{Steps(rung)}<b>{Wording.Rung(rung)}</b></span>""");

    static Markup Steps(Rung rung) => Markup.Of(
        $"""<svg viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">{Enum.GetValues<Rung>().Select(step => Step(step, step <= rung))}</svg>""");

    static Markup Step(Rung step, bool reached)
    {
        var height = 4 + (2 * (int)step);
        return Markup.Of($"""<rect class="{(reached ? "on" : "off")}" x="{1 + (7 * (int)step)}" y="{13 - height}" width="5" height="{height}"/>""");
    }
}
