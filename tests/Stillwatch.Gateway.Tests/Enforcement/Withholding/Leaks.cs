using System.Buffers;
using System.Text;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>Looks for reasoning in everything a client received.</summary>
static class Leaks
{
    const int WindowBytes = 12;

    /// <summary>No 12 bytes of the reasoning are in what was received, as bytes or unescaped, but those that the answer has too.</summary>
    public static void AssertNone(ReadOnlySpan<byte> received, string reasoning, string answer, string name)
    {
        var windows = Windows(Encoding.UTF8.GetBytes(reasoning));
        var said = Encoding.UTF8.GetBytes(answer);
        windows.ExceptWith(Windows(said));
        windows.ExceptWith(Windows(Unescaped(said))); // the arguments of calls are JSON inside JSON
        foreach (var form in (byte[][])[received.ToArray(), Unescaped(received)])
        {
            var found = Windows(form).FirstOrDefault(windows.Contains);
            Assert.True(found is null, $"{name}: '{found}' of the reasoning came through");
        }
    }

    static byte[] Unescaped(ReadOnlySpan<byte> bytes)
    {
        var unescaped = new ArrayBufferWriter<byte>();
        RawText.Unescape(bytes, unescaped);
        return unescaped.WrittenSpan.ToArray();
    }

    static HashSet<string> Windows(ReadOnlySpan<byte> bytes)
    {
        var windows = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at + WindowBytes <= bytes.Length; at++)
        {
            windows.Add(Encoding.Latin1.GetString(bytes.Slice(at, WindowBytes)));
        }

        return windows;
    }
}
