using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>A conversation as its client resends it: what was said so far, the latest turns at least.</summary>
sealed class Conversation(World world)
{
    /// <summary>Older turns are dropped by the clients simulated here, which keeps a log of two days within bounds.</summary>
    const int MostMessages = 7;

    readonly List<Message> _messages = [];
    Answer? _pending;

    public bool IsEmpty => _messages.Count == 0;

    public void Clear()
    {
        _messages.Clear();
        _pending = null;
    }

    /// <summary>Adds what the model last said and what the user says now, and returns the messages to send.</summary>
    public IReadOnlyList<Message> Say(string text, Answer answer) => Say(new TextPart(text), answer);

    public IReadOnlyList<Message> Say(MessagePart part, Answer answer, ToolUsePart? calledBefore = null)
    {
        if (_pending is { } pending)
        {
            _messages.Add(new Message(MessageRole.Assistant, calledBefore is null ? [new TextPart(pending.Text(world))] : [new TextPart(pending.Text(world)), calledBefore]));
        }

        _messages.Add(new Message(MessageRole.User, [part]));
        while (_messages.Count > MostMessages)
        {
            // The first user turn stays, as it names the task; the oldest answer and its reply go.
            _messages.RemoveRange(1, 2);
        }

        _pending = answer;
        return [.. _messages];
    }

    /// <summary>Starts from turns that somebody else had with the model.</summary>
    public void Adopt(IEnumerable<Message> messages, Answer last)
    {
        _messages.Clear();
        _messages.AddRange(messages);
        _pending = last;
    }
}
