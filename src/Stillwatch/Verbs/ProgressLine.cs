using System.Globalization;
using Stillwatch.Scan;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Verbs;

/// <summary>One line on standard error that says how far a long job is, at most four times a second; a redirected stream gets a line every five seconds.</summary>
sealed class ProgressLine(TextWriter error, string what)
{
    readonly bool _terminal = ReferenceEquals(error, System.Console.Error) && !System.Console.IsErrorRedirected;
    readonly long _start = TimeProvider.System.GetTimestamp();
    double _last = double.NegativeInfinity;
    bool _written;

    public void Report(long done, long all) => Show(seconds =>
        string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {all:N0} {what}, {Rate(done, seconds):N0} a second, {(all - done) / Rate(done, seconds):0} s left"));

    /// <summary>The same for a scan, which knows how many bytes there are but not how many lines.</summary>
    public void Report(ScanProgress progress) => Show(seconds =>
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{progress.Lines:N0} {what}, {Rate(progress.Lines, seconds):N0} a second, {MemorySize.Say(progress.ReadBytes)}");
        return progress.TotalBytes is { } all
            ? string.Create(CultureInfo.InvariantCulture, $"{text} of {MemorySize.Say(all)}, {(all - progress.ReadBytes) / Rate(progress.ReadBytes, seconds):0} s left")
            : text;
    });

    static double Rate(long done, double seconds) => Math.Max(1, done / Math.Max(0.001, seconds));

    void Show(Func<double, string> say)
    {
        var seconds = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
        if (seconds - _last < (_terminal ? 0.25 : 5))
        {
            return;
        }

        // Without a terminal a job of seconds needs no progress.
        var first = double.IsNegativeInfinity(_last);
        _last = seconds;
        if (first && !_terminal)
        {
            _last = 0;
            return;
        }

        var text = say(seconds);
        if (_terminal)
        {
            error.Write($"\r{text}   ");
        }
        else
        {
            error.WriteLine(text);
        }

        _written = true;
    }

    public void End()
    {
        if (_written && _terminal)
        {
            error.WriteLine();
        }
    }
}
