using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Benchmarks;

/// <summary>What a live request costs inline, parsing and sketching, beside a bare <see cref="Utf8JsonReader"/> pass over the same bytes.</summary>
internal static class InlineBenchmark
{
    const long DistinctBytes = 32 << 20; // more than the caches hold: every body comes from memory, as from a socket
    const int Rounds = 7;

    delegate void Work(byte[] body);

    public static void Run(TextWriter output)
    {
        var parsed = new ParsedExchange();
        var outline = new RequestOutline();
        var sketcher = new Sketcher(DetectionKey.FromText("benchmark"), new ModelNames(), new AccountIds(), new AppRegister([]));
        void Parse(byte[] body)
        {
            if (!ExchangeParser.TryParseRequest(body, ExchangeApi.AnthropicMessages, parsed, outline, out var fault))
            {
                throw new InvalidOperationException(fault.ToString());
            }
        }

        void Inline(byte[] body)
        {
            Parse(body);
            parsed.Id = parsed.Append("ex_benchmark"u8);
            parsed.Account = parsed.Append("acct_benchmark"u8);
            parsed.Ip = parsed.Append("203.0.113.7"u8);
            sketcher.SketchRequest(parsed, out _);
        }

        output.WriteLine("body            bodies      bytes   reader ns/B   parse ns/B   inline ns/B   inline us   inline/reader   bytes allocated/request");
        foreach (var (kind, make) in new (string, Func<int, ulong, byte[]>)[] { ("chat", Chat), ("coding agent", Agent) })
        {
            foreach (var size in new[] { 1_000, 20_000, 100_000, 1_000_000 })
            {
                var distinct = Enumerable.Range(0, (int)(DistinctBytes / size)).Select(i => make(size, (ulong)i)).ToList();
                Measure(output, kind, "repeating", [.. Enumerable.Repeat(distinct[0], distinct.Count)], Parse, Inline);
                Measure(output, kind, "distinct", distinct, Parse, Inline);
            }
        }
    }

    static void Measure(TextWriter output, string kind, string how, List<byte[]> bodies, Work parse, Work inline)
    {
        var bytes = bodies.Sum(body => (long)body.Length);
        var best = new double[3];
        long allocated = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // Interleaved, so that a busy machine slows all three alike.
            foreach (var (work, i) in new[] { (Work)Read, parse, inline }.Select((work, i) => (work, i)))
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var clock = Stopwatch.StartNew();
                foreach (var body in bodies)
                {
                    work(body);
                }

                var ns = clock.Elapsed.TotalNanoseconds;
                best[i] = round == 0 ? ns : Math.Min(best[i], ns);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        output.WriteLine(
            $"{kind,-13}{how,9}{bytes / bodies.Count,11:N0}{best[0] / bytes,14:N3}{best[1] / bytes,13:N3}{best[2] / bytes,14:N3}" +
            $"{best[2] / bodies.Count / 1000,12:N1}{best[2] / best[0],16:N2}{(double)allocated / bodies.Count,26:N1}");
    }

    static void Read(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxLiveDepth });
        while (reader.Read())
        {
        }
    }

    // A conversation of a few long turns.
    static byte[] Chat(int size, ulong seed)
    {
        var text = new Words(seed);
        var body = new StringBuilder("{\"model\":\"model-a\",\"max_tokens\":1024,\"stream\":true,\"messages\":[");
        for (var i = 0; i < 4; i++)
        {
            body.Append($"{{\"role\":\"{(i % 2 == 0 ? "user" : "assistant")}\",\"content\":\"").Append(text.Take(size / 5)).Append("\"},");
        }

        return Encoding.UTF8.GetBytes(body.Append("{\"role\":\"user\",\"content\":\"").Append(text.Take(size / 5 - 90)).Append("\"}]}").ToString());
    }

    // Tools, a long system prompt and many small turns with tool calls: the most tokens a byte.
    static byte[] Agent(int size, ulong seed)
    {
        var text = new Words(seed);
        var body = new StringBuilder("{\"model\":\"model-a\",\"max_tokens\":32000,\"stream\":true,\"metadata\":{\"user_id\":\"u\"},\"system\":[{\"type\":\"text\",\"text\":\"");
        body.Append(new Words(77).Take(size / 8)).Append("\",\"cache_control\":{\"type\":\"ephemeral\"}}],\"tools\":[");
        for (var i = 0; i < 8; i++)
        {
            body.Append(i > 0 ? "," : "").Append(
                $"{{\"name\":\"tool_{i}\",\"description\":\"{new Words((ulong)i).Take(size / 200)}\",\"input_schema\":{{\"type\":\"object\",\"properties\":{{\"path\":{{\"type\":\"string\"}},\"limit\":{{\"type\":\"integer\"}}}},\"required\":[\"path\"]}}}}");
        }

        body.Append("],\"messages\":[{\"role\":\"user\",\"content\":\"").Append(text.Take(size / 20)).Append("\"}");
        for (var i = 0; body.Length < size; i++)
        {
            body.Append(
                $",{{\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{text.Take(60)}\"}},{{\"type\":\"tool_use\",\"id\":\"toolu_{i}\",\"name\":\"tool_1\",\"input\":{{\"path\":\"/src/file_{i}.cs\",\"limit\":40}}}}]}}" +
                $",{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_{i}\",\"content\":\"{text.Take(400)}\\n\\tline {i}\\n\"}}]}}");
        }

        return Encoding.UTF8.GetBytes(body.Append("]}").ToString());
    }

    /// <summary>Words of lower-case letters from a seed; Knuth's MMIX generator.</summary>
    sealed class Words(ulong seed)
    {
        ulong _state = seed + 1;

        public string Take(int length)
        {
            var text = new StringBuilder(length + 12);
            while (text.Length < length)
            {
                _state = (_state * 6364136223846793005) + 1442695040888963407;
                var letters = ((int)(_state >> 60) % 9) + 2;
                for (var i = 0; i < letters; i++)
                {
                    text.Append((char)('a' + (int)((_state >> (i * 5)) % 26)));
                }

                text.Append((_state >> 40) % 12 == 0 ? ". " : " ");
            }

            return text.ToString(0, Math.Max(0, length));
        }
    }
}
