using System.IO.Compression;
using System.Text;

namespace Stillwatch.Tests.Scan;

/// <summary>A throw-away folder of logs.</summary>
sealed class LogFolder : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("stillwatch-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public static string Line(double minutes, string id = "ex", string text = "x") =>
        $$$"""{"id":"{{{id}}}","time":"{{{Start.AddMinutes(minutes):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}}","account":"a","api":"openai.chat","request":{"model":"m","messages":[{"role":"user","content":"{{{text}}}"}]}}""";

    public static byte[] Text(params IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    public static byte[] Gzip(byte[] plain)
    {
        using var stored = new MemoryStream();
        using (var gzip = new GZipStream(stored, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return stored.ToArray();
    }

    public static byte[] Zstd(byte[] plain)
    {
        using var compressor = new ZstdSharp.Compressor(3);
        return compressor.Wrap(plain).ToArray();
    }

    public string Write(string name, params IEnumerable<string> lines) => Write(name, Text(lines));

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
