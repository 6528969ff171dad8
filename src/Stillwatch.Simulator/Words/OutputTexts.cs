using System.Text;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Words;

/// <summary>Writes what a model answered, as a function of a seed: whoever knows the seed can quote the answer without anybody storing it.</summary>
sealed class OutputTexts(Grammar grammar)
{
    /// <summary>Characters that count as one token here; real tokenisers average about four on English.</summary>
    public const int CharactersPerToken = 4;

    public static int Tokens(string text) => Math.Max(1, text.Length / CharactersPerToken);

    /// <summary>The answer of about <paramref name="tokens"/> tokens that belongs to <paramref name="seed"/>.</summary>
    public string Write(ulong seed, int tokens, OutputStyle style)
    {
        var random = new SeededRandom(seed);
        if (style == OutputStyle.Label)
        {
            return grammar.Expand("out_label", random);
        }

        var wanted = tokens * CharactersPerToken;
        var text = new StringBuilder(wanted + 160);
        if (style == OutputStyle.Json)
        {
            text.Append("{\"");
            grammar.Expand("ident", random, text);
            text.Append("\":\"");
        }

        while (text.Length < wanted)
        {
            if (text.Length > 0 && style != OutputStyle.Json)
            {
                text.Append(style is OutputStyle.Steps or OutputStyle.Code || random.Chance(0.15) ? '\n' : ' ');
            }

            grammar.Expand(Rule(style, random), random, text);
        }

        if (style == OutputStyle.Json)
        {
            text.Replace('"', '\'', 2, text.Length - 2).Append("\"}");
        }

        return text.ToString();
    }

    static string Rule(OutputStyle style, SeededRandom random) => style switch
    {
        OutputStyle.Steps => random.Chance(0.5) ? "out_step" : "out_line",
        OutputStyle.Code => random.Chance(0.7) ? "out_code" : "out_line",
        OutputStyle.Grade => "out_grade",
        OutputStyle.Json => "np2",
        _ => "out_line",
    };
}
