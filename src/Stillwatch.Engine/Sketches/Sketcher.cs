using System.IO.Hashing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>Makes the sketch of one parsed exchange. Not thread-safe: each worker owns one.</summary>
/// <remarks>
/// Zero allocation once its caches are warm, bounded time: at most 16 KiB of head and 16 KiB of tail of a text are read.
/// A whole-prompt MinHash would miss a short template with a long slot; skeletons of the ends and a FracMinHash of 4-token shingles find the
/// template by containment (Broder 1997 for shingles; Irber et al. 2022 for the fractional sketch).
/// A log's exchange is sketched at once; a gateway sketches the request while it is at hand (<see cref="SketchRequest"/>) and completes the
/// sketch when the response is over (<see cref="Complete"/>), maybe an hour later and with another sketcher of the same key. It keeps
/// a pool of as many sketchers as it has cores, since each holds about a megabyte of caches, and rents one for each of the two calls.
/// </remarks>
public sealed class Sketcher
{
    const int ShingleTokens = 4;
    const int ShinglesPerEnd = 6;
    const ulong ShingleBound = ulong.MaxValue / 8;  // keep one shingle in eight
    const int MinEchoTokens = 64;                   // shorter outputs are common property
    const double BytesPerToken = 4.2;               // English prose under o200k_base, measured

    static readonly int[] HeadLengths = [8, 16, 24];
    static readonly int[] TailLengths = [4, 8, 16];

    readonly ulong _seed;
    readonly bool _useCues;
    readonly TokenReader _reader;
    readonly CueLexicon _cues;
    readonly NameCache _names;
    readonly PrefixCache _prefixes;
    readonly ModelNames _models;
    readonly AppRegister _apps;
    readonly AccountIds _ids;
    readonly ulong[] _tokens = new ulong[TokenReader.BufferTokens];

    /// <param name="models">Shared by all sketchers of one detector, like <paramref name="ids"/> and <paramref name="apps"/>.</param>
    /// <param name="useCues">False for the ablation that shows what detection is worth without intent cues.</param>
    public Sketcher(DetectionKey key, ModelNames models, AccountIds ids, AppRegister apps, bool useCues = true)
    {
        _seed = key.ShingleSeed;
        _models = models;
        _apps = apps;
        _ids = ids;
        _useCues = useCues;
        _reader = new TokenReader(_seed);
        _cues = new CueLexicon(_seed);
        _names = new NameCache(key);
        _prefixes = new PrefixCache(_seed);
    }

    /// <summary>Sketches a whole exchange, request and response.</summary>
    public void Sketch(ParsedExchange exchange, out ExchangeSketch sketch)
    {
        SketchRequest(exchange, out sketch);
        SketchOutput(exchange[exchange.ResponseText], exchange.Status, exchange.HasUsage ? exchange.Usage.OutputTokens : -1, ref sketch);
        AddIds(exchange, exchange.IssuedIds.All, ref sketch.Issued);
    }

    /// <summary>Sketches what the request says. Who, when and from where must be filled in: id, time, account, organization, app, address, agent.</summary>
    public void SketchRequest(ParsedExchange exchange, out ExchangeSketch sketch)
    {
        sketch = default;
        sketch.TimeMs = exchange.TimeMs;
        sketch.Account = _names.Of(TraitKind.None, exchange[exchange.Account]);
        _ids.Learn(sketch.Account, exchange[exchange.Account]);
        sketch.Organization = exchange.Organization.IsEmpty ? 0 : _names.Of(TraitKind.None, exchange[exchange.Organization]);
        sketch.Model = _models.IndexOf(exchange[exchange.Model]);
        sketch.Network = NetworkName.Of(exchange[exchange.Ip], _names);
        sketch.Tls = TlsName(exchange);
        sketch.App = _apps.IndexOf(exchange);
        SketchContent(exchange, ref sketch);
        AddIds(exchange, exchange.PresentedIds.All, ref sketch.Presented);
        sketch.OutputTokens = -1;
        sketch.Traits = Shape(exchange);
        sketch.Order = OrderOf(exchange, sketch);
    }

    /// <summary>Completes a request's sketch with what became of it. Ends the gathering of <paramref name="output"/>.</summary>
    /// <param name="outputTokens">As stated by the upstream; -1 when it stated none, then they are estimated from the text.</param>
    public void Complete(ref ExchangeSketch sketch, int status, int outputTokens, OutputText output)
    {
        SketchOutput(output.Text, status, outputTokens, ref sketch);
        for (var i = 0; i < output.IssuedIds; i++)
        {
            sketch.Issued[i] = IdKey(output.IssuedId(i));
        }
    }

    /// <summary>Moves a sketch to another time: what a log line with that time would give. For exchanges that outlast the detector's patience.</summary>
    /// <param name="id">The exchange's own id, as its request was sketched with; not empty.</param>
    public void Retime(ref ExchangeSketch sketch, long timeMs, ReadOnlySpan<byte> id)
    {
        sketch.TimeMs = timeMs;
        sketch.Order = OrderOf(XxHash3.HashToUInt64(id, (long)_seed), sketch);
    }

    void SketchContent(ParsedExchange exchange, ref ExchangeSketch sketch)
    {
        var text = exchange[exchange.NewUserText];
        var tokens = ReadTokens(text, ref sketch);
        sketch.NewUserTokens = tokens.Length;
        sketch.Item = text.Length == 0 ? 0 : XxHash3.HashToUInt64(text, (long)_seed) | 1;
        sketch.Task = exchange.FirstUserText.IsEmpty || exchange.FirstUserText == exchange.NewUserText
            ? sketch.Item
            : XxHash3.HashToUInt64(exchange[exchange.FirstUserText], (long)_seed) | 1;
        foreach (var length in HeadLengths)
        {
            if (tokens.Length >= length)
            {
                AddKey(ref sketch, TraitKind.HeadSkeleton, TokenHash.Fold(tokens[..length]));
            }
        }

        foreach (var length in TailLengths)
        {
            if (tokens.Length >= length + 4)
            {
                AddKey(ref sketch, TraitKind.TailSkeleton, TokenHash.Fold(tokens[^length..]));
            }
        }

        AddShingles(tokens, ref sketch);
        if (!exchange.System.IsEmpty)
        {
            _prefixes.AddSystemKeys(exchange[exchange.System], ref sketch);
        }

        if (!exchange.Tools.IsEmpty)
        {
            AddKey(ref sketch, TraitKind.ToolSchema, XxHash3.HashToUInt64(exchange[exchange.Tools], (long)_seed));
        }

        if (tokens.Length >= MinEchoTokens)
        {
            Echo.Add(tokens, ref sketch.Heard);
        }
        else if (!exchange.PriorOutput.IsEmpty)
        {
            Echo.Add(_tokens.AsSpan(0, _reader.ReadAll(exchange[exchange.PriorOutput], _tokens, out _)), ref sketch.Heard);
        }
    }

    /// <summary>Reads the tokens of the new user text and which capabilities its words cue.</summary>
    ReadOnlySpan<ulong> ReadTokens(ReadOnlySpan<byte> text, ref ExchangeSketch sketch)
    {
        var tokens = _tokens.AsSpan(0, _reader.ReadAll(text, _tokens, out var ideographs));
        if (_useCues)
        {
            sketch.Cues = _cues.CuedBy(tokens, ideographs);
        }

        return tokens;
    }

    /// <summary>The sampled shingles nearest each end: templates stand at the ends, slots in the middle or at the other end.</summary>
    static void AddShingles(ReadOnlySpan<ulong> tokens, ref ExchangeSketch sketch)
    {
        var shingles = tokens.Length - ShingleTokens + 1;
        var fromHead = 0;
        var headEnd = 0;
        for (; headEnd < shingles && fromHead < ShinglesPerEnd; headEnd++)
        {
            if (TokenHash.Fold(tokens.Slice(headEnd, ShingleTokens)) is var hash && hash < ShingleBound && AddKey(ref sketch, TraitKind.Shingle, hash * 8))
            {
                fromHead++;
            }
        }

        var fromTail = 0;
        for (var at = shingles - 1; at >= headEnd && fromTail < ShinglesPerEnd; at--)
        {
            if (TokenHash.Fold(tokens.Slice(at, ShingleTokens)) is var hash && hash < ShingleBound && AddKey(ref sketch, TraitKind.Shingle, hash * 8))
            {
                fromTail++;
            }
        }
    }

    void SketchOutput(ReadOnlySpan<byte> text, int status, int outputTokens, ref ExchangeSketch sketch)
    {
        sketch.OutputTokens = outputTokens >= 0 ? outputTokens : text.Length > 0 ? (int)(text.Length / BytesPerToken) : -1;
        sketch.Traits |= status >= 400 ? ExchangeTraits.Failed : 0;
        if (text.Length > MinEchoTokens * 3)
        {
            var n = _reader.ReadAll(text, _tokens, out _);
            if (n >= MinEchoTokens)
            {
                Echo.Add(_tokens.AsSpan(0, n), ref sketch.Said);
            }
        }
    }

    void AddIds(ParsedExchange exchange, ReadOnlySpan<TextSlice> ids, ref IdKeys into)
    {
        for (var i = 0; i < ids.Length && i < IdKeys.Capacity; i++)
        {
            into[i] = IdKey(exchange[ids[i]]);
        }
    }

    ulong IdKey(ReadOnlySpan<byte> id) => XxHash3.HashToUInt64(id, (long)~_seed) | 1;

    ulong TlsName(ParsedExchange exchange)
    {
        if (exchange.Ja4.IsEmpty && exchange.UserAgent.IsEmpty)
        {
            return 0;
        }

        // Joint with the claimed client: a popular library and a popular claim together still say which program this is.
        var ja4 = exchange[exchange.Ja4];
        var agent = exchange[exchange.UserAgent];
        Span<byte> joint = stackalloc byte[256];
        var a = Math.Min(ja4.Length, 64);
        var b = Math.Min(agent.Length, 160);
        ja4[..a].CopyTo(joint);
        joint[a] = 0;
        agent[..b].CopyTo(joint[(a + 1)..]);
        return _names.Of(TraitKind.TlsFingerprint, joint[..(a + 1 + b)]);
    }

    static ExchangeTraits Shape(ParsedExchange exchange)
    {
        var shape = ExchangeTraits.None;
        shape |= exchange.AssistantTurns == 0 ? ExchangeTraits.StartsTask : 0;
        shape |= exchange is { AssistantTurns: > 0, ToolResults: 0, NewUserText.IsEmpty: false } ? ExchangeTraits.FollowUp : 0;
        shape |= exchange.ToolResults > 0 ? ExchangeTraits.ToolLoop : 0;
        shape |= exchange.Tools.IsEmpty ? 0 : ExchangeTraits.HasTools;
        shape |= exchange.System.IsEmpty ? 0 : ExchangeTraits.HasSystem;
        shape |= exchange.Batch ? ExchangeTraits.Batch : 0;
        shape |= exchange.Stream ? ExchangeTraits.Stream : 0;
        return shape;
    }

    ulong OrderOf(ParsedExchange exchange, in ExchangeSketch sketch)
    {
        var id = exchange.Id.IsEmpty ? sketch.Item : XxHash3.HashToUInt64(exchange[exchange.Id], (long)_seed);
        return OrderOf(id, sketch);
    }

    static ulong OrderOf(ulong id, in ExchangeSketch sketch) => TokenHash.Mix(id ^ TokenHash.Mix(sketch.Account ^ (ulong)sketch.TimeMs));

    internal static bool AddKey(ref ExchangeSketch sketch, TraitKind kind, ulong hash)
    {
        var key = TraitKey.Of(kind, hash).Value;
        for (var i = 0; i < sketch.KeyCount; i++)
        {
            if (sketch.Keys[i] == key)
            {
                return false;
            }
        }

        if (sketch.KeyCount == ContentKeys.Capacity)
        {
            return false;
        }

        sketch.Keys[sketch.KeyCount++] = key;
        return true;
    }
}
