using System.Numerics;
using System.Text;

namespace Stillwatch.Engine.Sketches;

/// <summary>Single words that name what a request wants of the model. A capability is cued when enough different ones meet.</summary>
/// <remarks>
/// Deliberately words, never phrases: a phrase would be somebody's template. Cues alone never restrict anybody (they are one item of the
/// content family) and honest evaluators use every one of them; <c>evaluate --ablate</c> prints what detection is worth without.
/// Misses: paraphrase into other words, and languages that are not listed.
/// </remarks>
internal sealed class CueLexicon
{
    const int Portion = 256;                    // tokens that are looked up at once
    const int Slots = 2048;
    const ulong PairPrime = 0xC2B2AE3D27D4EB4F; // xxHash64's second prime: odd, well spread

    /// <summary>Capability, how many different words cue it, the words. CJK words have two characters.</summary>
    static readonly (Capabilities Capability, int Needed, string Words)[] Entries =
    [
        (Capabilities.ReasoningElicitation, 2,
            "step steps reasoning reason think thinking thought thoughts explain explanation derive derivation justify logically deduce " +
            "rationale solution boxed proof verify 推理 步骤 思考 解释 一步 过程 razonamiento pasos raisonnement étape étapes schritt schritte рассуждение шаг"),
        (Capabilities.RubricGrading, 4,
            "rubric score scores scoring rate rating ratings criteria criterion evaluate evaluation evaluator judge judgement grade grading grader assess " +
            "assessment feedback quality impartial reference preferred better worse helpfulness honesty response responses answer answers 评分 评估 评价 打分 标准"),
        (Capabilities.SafeRewriting, 3,
            "rewrite rephrase reword neutral neutrally censored censorship sensitive political politically government politics dissident protest " +
            "protests controversial acceptable refuse refusal regulators authorities avoid euphemism deflect compliant party 敏感 政治 审查 改写 政府 避免"),
        (Capabilities.SyntheticData, 4,
            "generate create diverse diversity instruction instructions task tasks example examples dataset synthetic variation variations seed seeds " +
            "complexity difficulty persona prompt prompts question questions topic unique textbook exercise list come rewrite complex complicated version constraints requirements inspired 生成 多样 指令 任务 示例 问题 创建"),
        (Capabilities.AgenticTrajectories, 4,
            "tool tools function functions api apis call calls action actions observation thought plan step finish browser terminal execute agent " +
            "environment trajectory arguments parameters parameter workflow 工具 函数 调用 执行"),
        (Capabilities.AgenticCoding, 4,
            "code function class test tests bug fix repository file files compile error implement python javascript java typescript refactor patch diff " +
            "commit unit debug stack trace method variable program algorithm 代码 函数 程序 实现"),
    ];

    readonly ulong[] _filter = new ulong[1024]; // a bit for the first 16 bits of a hash: most words are no cue, and end here
    readonly ulong[] _hashes = new ulong[Slots];
    readonly byte[] _places = new byte[Slots * 2];

    public CueLexicon(ulong seed)
    {
        for (var c = 0; c < Entries.Length; c++)
        {
            var words = Entries[c].Words.Split(' ');
            for (var w = 0; w < words.Length; w++)
            {
                var bytes = Encoding.UTF8.GetBytes(words[w]);
                var hash = bytes[0] >= 0xE3 ? Pair(TokenHash.Of(bytes.AsSpan(0, 3), seed), TokenHash.Of(bytes.AsSpan(3, 3), seed)) : TokenHash.Of(bytes, seed);
                Add(hash, c, w % 64);
            }
        }
    }

    public static int Count => Entries.Length;

    static ulong Pair(ulong previous, ulong token) => TokenHash.Mix((previous * PairPrime) ^ token);

    /// <summary>The capabilities whose words are among <paramref name="tokens"/>.</summary>
    /// <param name="ideographs">Whether some tokens are CJK characters: only then can words be pairs of tokens.</param>
    public Capabilities CuedBy(ReadOnlySpan<ulong> tokens, bool ideographs)
    {
        Span<ulong> seen = stackalloc ulong[Count];
        Span<ulong> found = stackalloc ulong[2 * Portion];
        var previous = 0UL;
        for (; !tokens.IsEmpty; tokens = tokens[Math.Min(Portion, tokens.Length)..])
        {
            // Found first and marked then: whether the next word is a cue cannot be guessed, and so must be no branch.
            var n = 0;
            foreach (var token in tokens[..Math.Min(Portion, tokens.Length)])
            {
                found[n] = token;
                n += Filter(token);
                if (ideographs)
                {
                    found[n] = Pair(previous, token);
                    n += Filter(found[n]);
                    previous = token;
                }
            }

            foreach (var token in found[..n])
            {
                Mark(token, seen);
            }
        }

        var cued = Capabilities.None;
        for (var c = 0; c < Entries.Length; c++)
        {
            if (BitOperations.PopCount(seen[c]) >= Entries[c].Needed)
            {
                cued |= Entries[c].Capability;
            }
        }

        return cued;
    }

    /// <summary>Marks in <paramref name="seen"/> (one bit set per capability) the words that <paramref name="token"/> is.</summary>
    void Mark(ulong token, Span<ulong> seen)
    {
        for (var slot = (int)(token & (Slots - 1)); _hashes[slot] != 0; slot = (slot + 1) & (Slots - 1))
        {
            if (_hashes[slot] == token)
            {
                seen[_places[slot * 2]] |= 1UL << _places[(slot * 2) + 1];
            }
        }
    }

    /// <summary>0 when <paramref name="token"/> is no cue, else 1; 1 also for one in some hundred others.</summary>
    int Filter(ulong token) => (int)(_filter[token >> 54] >> (int)(token >> 48)) & 1;

    void Add(ulong hash, int capability, int bit)
    {
        var slot = (int)(hash & (Slots - 1));
        while (_hashes[slot] != 0)
        {
            slot = (slot + 1) & (Slots - 1);
        }

        _filter[hash >> 54] |= 1UL << (int)(hash >> 48);
        _hashes[slot] = hash;
        _places[slot * 2] = (byte)capability;
        _places[(slot * 2) + 1] = (byte)bit;
    }
}
