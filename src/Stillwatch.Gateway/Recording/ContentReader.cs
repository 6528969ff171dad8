using System.Globalization;
using System.Text;

namespace Stillwatch.Gateway.Recording;

/// <summary>Finds the line of one exchange in the content log, where an operator stores content. Whoever reads gives a reason, and is audited first.</summary>
sealed class ContentReader(string directory)
{
    public bool HasAny => Directory.Exists(directory);

    /// <summary>The line of contract 5.1; null when there is none.</summary>
    /// <remarks>Reads the file of the day from its beginning: seconds where a day has gigabytes.</remarks>
    public async Task<string?> FindAsync(string exchange, long timeMs, CancellationToken cancellationToken)
    {
        var day = DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var path = Path.Combine(directory, $"{day}.jsonl");
        if (!File.Exists(path))
        {
            return null;
        }

        var begins = $"{{\"id\":\"{exchange}\",";
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16, useAsync: true);
        using var reader = new StreamReader(file, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(begins, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }
}
