using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Benchmarks;

/// <summary>How far our own count of output tokens is from what upstreams state: own / stated over recorded responses that state it.</summary>
internal static class TokensBenchmark
{
    sealed record Row(string Name, Dialect Dialect, string Kind, int Stated, int Own)
    {
        public double Ratio => Own / (double)Stated;
    }

    public static async Task RunAsync(string folder, bool each, TextWriter output)
    {
        var counter = new TokenCounter();
        await counter.Loading;
        var rows = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Measure(folder, path, counter)).OfType<Row>().ToList();
        output.WriteLine("own / stated output tokens    responses   median      p10      p90");
        foreach (var group in rows.GroupBy(r => $"{r.Dialect}, {r.Kind}").OrderBy(g => g.Key, StringComparer.Ordinal).Append(rows.GroupBy(_ => "all").Single()))
        {
            var ratios = group.Select(r => r.Ratio).Order().ToList();
            output.WriteLine($"{group.Key,-29} {ratios.Count,9} {At(ratios, 0.5),8:0.00} {At(ratios, 0.1),8:0.00} {At(ratios, 0.9),8:0.00}");
        }

        foreach (var row in rows.Where(_ => each))
        {
            output.WriteLine($"{row.Ratio,6:0.00} {row.Own,7} {row.Stated,7}  {row.Kind,-12} {row.Name}");
        }
    }

    static Row? Measure(string folder, string path, TokenCounter counter)
    {
        var name = Path.GetRelativePath(folder, path);
        if (Path.GetExtension(path) is ".snap" or ".md" || name.Contains("requests__", StringComparison.Ordinal))
        {
            return null;
        }

        var dialect = name.Contains("anthropic", StringComparison.Ordinal) || name.Contains("duplicate", StringComparison.Ordinal) ? Dialect.Anthropic : Dialect.OpenAi;
        var bytes = File.ReadAllBytes(path);
        var text = Encoding.UTF8.GetString(bytes);
        if (name.EndsWith(".chunks.txt", StringComparison.Ordinal))
        {
            text = string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"data: {line}\n\n"));
            bytes = Encoding.UTF8.GetBytes(text);
        }

        using var reading = new ResponseReading(dialect);
        if (text.StartsWith("data:", StringComparison.Ordinal) || text.StartsWith("event:", StringComparison.Ordinal))
        {
            using var reader = new SseReader();
            ReadOnlySpan<byte> chunk = bytes;
            while (reader.TryRead(ref chunk, out var frame))
            {
                reading.ReadEvent(frame);
            }
        }
        else
        {
            reading.ReadBody(bytes);
        }

        if (!reading.OutputIsFinal || reading.OutputTokens is not > 0 || reading.GeneratedBytes == 0)
        {
            return null;
        }

        // Tools that the upstream runs itself answer inside the response; what a model wrote between is partly hidden.
        var kind = text.Contains("server_tool_use", StringComparison.Ordinal) && text.Contains("srvtoolu_", StringComparison.Ordinal) || text.Contains("mcp_tool_use", StringComparison.Ordinal) ? "server tools"
            : text.Contains("\"thinking\"", StringComparison.Ordinal) || text.Contains("reasoning_content", StringComparison.Ordinal) ? "reasoning"
            : reading.ToolUses > 0 ? "tools" : "text";
        return new Row(name, dialect, kind, reading.OutputTokens.Value, Settlement.CountOutput(reading, counter));
    }

    static double At(List<double> sorted, double quantile) => sorted[(int)Math.Round((sorted.Count - 1) * quantile)];
}
