using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A place to parse and sketch one request at a time; nothing on it outlives the request's synchronous part.</summary>
sealed class SketchDesk(Sketcher sketcher)
{
    public ParsedExchange Parsed { get; } = new();

    public RequestOutline Outline { get; } = new();

    public Sketcher Sketcher { get; } = sketcher;
}

/// <summary>The desks of a gateway: as many as threads sketch at the same moment, kept for the next. Thread-safe.</summary>
sealed class SketchDesks(Func<Sketcher> makeSketcher)
{
    readonly ConcurrentStack<SketchDesk> _free = [];

    public SketchDesk Take() => _free.TryPop(out var desk) ? desk : new SketchDesk(makeSketcher());

    public void GiveBack(SketchDesk desk)
    {
        desk.Parsed.Clear(); // no text stays behind
        desk.Outline.Clear();
        _free.Push(desk);
    }
}
