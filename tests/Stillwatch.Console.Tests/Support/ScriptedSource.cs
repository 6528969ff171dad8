using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Stillwatch.Console.Live;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Tests.Support;

/// <summary>What a gateway would say, as a test wants it said.</summary>
sealed class ScriptedSource : IConsoleSource
{
    readonly Channel<News> _news = Channel.CreateUnbounded<News>();

    public Held Now { get; set; } = ConsoleView.Nothing.Held;

    public Traffic Counted { get; set; } = Live.Traffic.None;

    public Health Said { get; set; } = Live.Health.Unknown;

    public Report Report
    {
        get => Now.Report;
        set => Now = new Held(value, Now.LogRow + 1, IsCurrent: true);
    }

    public void Tell(News news) => _news.Writer.TryWrite(news);

    public Task<Held> HeldAsync(CancellationToken cancellationToken) => Task.FromResult(Now);

    public Traffic Traffic() => Counted;

    public Health Health() => Said;

    public async IAsyncEnumerable<News> NewsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var news in _news.Reader.ReadAllAsync(cancellationToken))
        {
            yield return news;
        }
    }
}
