namespace Stillwatch.Storage.Logs;

/// <summary>An input cannot be opened at all; the message names it and the cure. Bad lines inside an input never throw.</summary>
public sealed class LogUnreadableException : Exception
{
    public LogUnreadableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
