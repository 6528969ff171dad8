using System.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// Natural-looking text from a seed, never twice the same: a scanner that saw sixty-four prompts again and again would be flattered by
/// the branch predictor. Written as the inside of a JSON string: line breaks, quotes and a few characters outside ASCII are in it.
/// </summary>
internal sealed class VariedText(ulong seed)
{
    const string Frequent =
        "the of and to a in is that for it as was with be by on not he this are or his from at which but have an they you were her all one there "
        + "would their we him been has when who will more no if out so said what up its about into than them can only other new some could time "
        + "these two may then do first any my now such like our over me even most made after also did many before must through years where much "
        + "way well down should because each just those people too how little state good very make world still own see men work long here get "
        + "function value return string table query index error request response model answer question example number list order customer price";

    static readonly string[] s_frequent = Frequent.Split(' ');
    static readonly string[] s_onsets = "b br c ch d dr f g gr h j k l m n p pl pr qu r s sh sp st t th tr v w".Split(' ');
    static readonly string[] s_rimes = "a e i o u an en in on er ar or al el il ent ine ate ous ing ion ure age ive ect isk old".Split(' ');

    ulong _state = seed;

    /// <summary>Appends words and marks until the builder has grown by this many characters, or a word more.</summary>
    public void Append(StringBuilder text, int characters)
    {
        var end = text.Length + characters;
        var inSentence = 0;
        while (text.Length < end)
        {
            var word = Below(10) < 6 ? s_frequent[Below(s_frequent.Length)] : Rare();
            text.Append(inSentence == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            inSentence++;
            if (inSentence > 5 && Below(9) == 0)
            {
                text.Append(Below(12) switch { 0 => "?", 1 => ":\\n\\n- ", 2 => ".\\n", 3 => " \\u2014 ", 4 => "! ", _ => ". " });
                inSentence = 0;
            }
            else
            {
                text.Append(Below(40) switch
                {
                    0 => ", ",
                    1 => " \\\"" + Rare() + "\\\" ",
                    2 => " " + Below(100_000) + " ",
                    3 => " caf\u00e9 ",
                    4 => " `" + Rare() + "(" + Rare() + ")` ",
                    _ => " ",
                });
            }
        }
    }

    /// <summary>A number from 0 up to, not including, the bound. Splitmix64 (Steele, Lea and Flood, 2014).</summary>
    public int Below(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }

    public string Rare()
    {
        var word = "";
        for (var syllables = 1 + Below(3); syllables > 0; syllables--)
        {
            word += s_onsets[Below(s_onsets.Length)] + s_rimes[Below(s_rimes.Length)];
        }

        return word;
    }
}
