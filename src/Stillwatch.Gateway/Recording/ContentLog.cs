using System.Globalization;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Recording;

/// <summary>
/// Texts, for operators who ask for them: contract 5.1 lines, a file a day (UTC) by event time, mode 0600. One caller at a time.
/// </summary>
sealed class ContentLog(string directory) : IDisposable
{
    /// <summary>Of lines that wait to be written.</summary>
    public const long MaxWaitingBytes = 256L << 20;

    readonly BufferBudget _waiting = new(MaxWaitingBytes);
    FileStream? _file;
    string _day = "";

    /// <summary>
    /// What is missing from the lines, or whole lines, by reason: <c>response_too_long</c>, <c>response_not_readable</c>,
    /// <c>queue_full</c>.
    /// </summary>
    public ReasonTally Omitted { get; } = new();

    /// <summary>Room for a line to wait in; false, and counted, when there is none. Thread-safe, like <see cref="Release"/>.</summary>
    public bool TryReserve(byte[] line)
    {
        var hasRoom = _waiting.TryTake(line.Length);
        if (!hasRoom)
        {
            Omitted.Add("queue_full");
        }

        return hasRoom;
    }

    /// <summary>The line was written, or never will be.</summary>
    public void Release(byte[]? line) => _waiting.GiveBack(line?.Length ?? 0);

    /// <exception cref="IOException">The disk refuses.</exception>
    public void Append(IReadOnlyList<SettledExchange> batch)
    {
        foreach (var exchange in batch)
        {
            if (exchange.ContentLine is { } line)
            {
                var file = FileOf(exchange.Sketch.TimeMs);
                file.Write(line);
                file.WriteByte((byte)'\n');
            }
        }

        _file?.Flush();
    }

    FileStream FileOf(long timeMs)
    {
        var day = DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (_file is not null && day == _day)
        {
            return _file;
        }

        _file?.Dispose();
        Directory.CreateDirectory(directory);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        (_file, _day) = (new FileStream(Path.Combine(directory, $"{day}.jsonl"), options), day);
        return _file;
    }

    public void Dispose() => _file?.Dispose();
}
