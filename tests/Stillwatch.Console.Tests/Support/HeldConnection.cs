using System.Text;
using Microsoft.Playwright;

namespace Stillwatch.Console.Tests.Support;

/// <summary>The connection of a page to its server, on which nothing arrives after the page has asked for its circuit, until it is let go. Later connections are not held.</summary>
sealed class HeldConnection
{
    readonly Lock _lock = new();
    readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<Action> _held = [];
    bool _isHolding;
    bool _isRouted;

    /// <summary>The page has asked.</summary>
    public Task Begun => _begun.Task;

    public void Route(IWebSocketRoute page)
    {
        var server = page.ConnectToServer();
        if (_isRouted)
        {
            return; // messages pass by themselves
        }

        _isRouted = true;
        page.OnMessage(frame =>
        {
            var isAsking = frame.Binary is { } sent && Encoding.Latin1.GetString(sent).Contains("StartCircuit", StringComparison.Ordinal);
            lock (_lock)
            {
                _isHolding |= isAsking && !_begun.Task.IsCompleted;
            }

            Pass(frame, server);
            if (isAsking)
            {
                _begun.TrySetResult();
            }
        });
        server.OnMessage(frame =>
        {
            lock (_lock)
            {
                if (_isHolding)
                {
                    _held.Add(() => Pass(frame, page));
                    return;
                }
            }

            Pass(frame, page);
        });
    }

    public void LetGo()
    {
        lock (_lock)
        {
            _isHolding = false;
            _held.ForEach(pass => pass());
            _held.Clear();
        }
    }

    static void Pass(IWebSocketFrame frame, IWebSocketRoute to)
    {
        if (frame.Binary is { } bytes)
        {
            to.Send(bytes);
        }
        else
        {
            to.Send(frame.Text!);
        }
    }
}
