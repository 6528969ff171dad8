using System.Text;

namespace Stillwatch.Gateway.Configuration;

/// <summary>The text of a file that is written by hand. Every failure is a sentence, never an exception.</summary>
static class ConfigText
{
    /// <summary>What is larger is some other file.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The text, or what is wrong and the cure, as the end of a sentence that begins with the file.</returns>
    public static (string? Text, string? Fault) Read(string path, int maxBytes = MaxFileBytes)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > maxBytes)
            {
                return (null, $"has {file.Length} bytes; such a file has at most {maxBytes}. Name another file.");
            }

            var bytes = new byte[file.Length];
            return Decode(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, Unread(path, e));
        }
    }

    /// <summary>Why a file could not be opened, as the end of a sentence that begins with the file.</summary>
    public static string Unread(string path, Exception thrown) => thrown switch
    {
        _ when Directory.Exists(path) => "cannot be read: it is a directory; name a file in it.",
        FileNotFoundException or DirectoryNotFoundException => "cannot be read: there is no such file; check the name.",
        UnauthorizedAccessException => "cannot be read: this user may not; run as its owner, or let this user read it.",
        IOException => $"cannot be read: {thrown.Message}",
        _ => "cannot be read: that is no name of a file.",
    };

    /// <summary>UTF-8, with or without a byte order mark.</summary>
    public static (string? Text, string? Fault) Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return (Strict.GetString(utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, "is not UTF-8; save it as UTF-8 text.");
        }
    }
}
