using System.Globalization;

namespace Stillwatch.Verbs;

/// <summary>One line on standard error that says how far a long job is, at most four times a second; a redirected stream gets a line every five seconds.</summary>
sealed class ProgressLine(TextWriter error, string what)
{
    readonly bool _terminal = ReferenceEquals(error, System.Console.Error) && !System.Console.IsErrorRedirected;
    readonly long _start = TimeProvider.System.GetTimestamp();
    double _last = double.NegativeInfinity;
    bool _written;

    public void Report(long done, long all)
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

        var rate = done / Math.Max(0.001, seconds);
        var text = string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {all:N0} {what}, {rate:N0} a second, {(all - done) / Math.Max(1, rate):0} s left");
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
