using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Live;

/// <summary>Keeps one picture of everything for all pages, and tells those that are open when it changed. Thread-safe.</summary>
/// <remarks>
/// 1. Each second the counters are read; that is the pulse. 2. While somebody watches, detection is asked for its report when exchanges came
/// or something was decided; it answers with the same one until a newer is due, so watchers do not multiply its work. 3. News is kept as
/// it comes. While nobody watches nothing is asked; the first page asks itself (<see cref="FreshAsync"/>).
/// </remarks>
public sealed partial class ConsoleFeed : BackgroundService
{
    /// <summary>Changes of campaigns that are kept to be shown.</summary>
    public const int MostNews = 200;

    /// <summary>A page does not wait longer for what is newer.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    readonly ConsoleParts _parts;
    readonly ILogger _log;
    readonly SemaphoreSlim _asking = new(1);
    readonly Lock _lock = new(); // guards the watchers and the order of news
    ImmutableArray<Action> _watchers = [];
    ConsoleView _view = ConsoleView.Nothing;
    Pulse _pulse = Pulse.None;
    ImmutableList<News> _news = [];
    CasePicture _cases;
    long _askedAt;

    public ConsoleFeed(ConsoleParts parts, ILogger<ConsoleFeed> log)
    {
        (_parts, _log) = (parts, log);
        _askedAt = parts.Time.GetTimestamp() - (10 * parts.Time.TimestampFrequency);
        _cases = parts.Cases.Picture;
        parts.Cases.Changed += TakeDecisions;
    }

    public ConsoleView View => Volatile.Read(ref _view);

    public Pulse Pulse => Volatile.Read(ref _pulse);

    /// <summary>What changed of campaigns since the start, the newest first; at most <see cref="MostNews"/>.</summary>
    public ImmutableList<News> News => Volatile.Read(ref _news);

    /// <summary>The picture, brought up to date first when that takes no longer than a page may wait.</summary>
    public async Task<ConsoleView> FreshAsync(CancellationToken cancellationToken = default)
    {
        if (_parts.Time.GetElapsedTime(Volatile.Read(ref _askedAt)) > Tick)
        {
            var asking = AskAsync(cancellationToken);
            await Task.WhenAny(asking, Task.Delay(Patience, _parts.Time, cancellationToken));
        }

        return View;
    }

    /// <summary>Calls back, from any thread, whenever the picture, the pulse or the news changed; about once a second. Dispose to end it.</summary>
    public IDisposable Watch(Action changed)
    {
        lock (_lock)
        {
            _watchers = _watchers.Add(changed);
        }

        return new Watcher(this, changed);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(BeatAsync(stoppingToken), FollowAsync(stoppingToken));
    }

    async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Tick, _parts.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var before = Pulse;
                Volatile.Write(ref _pulse, before.Next(_parts.Source.Traffic(), _parts.Source.Health()));
                if (_watchers.IsEmpty)
                {
                    continue;
                }

                await AskAsync(stopping);
                Tell();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    async Task FollowAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var news in _parts.Source.NewsAsync(stopping))
            {
                Keep(news);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    void Keep(News news)
    {
        lock (_lock)
        {
            var kept = _news.Insert(0, news);
            Volatile.Write(ref _news, kept.Count > MostNews ? kept.RemoveAt(MostNews) : kept);
        }
    }

    // Called with one picture after another.
    void TakeDecisions(CasePicture picture)
    {
        foreach (var news in Decided.Between(Interlocked.Exchange(ref _cases, picture), picture, _parts.EventTime.GetUtcNow()))
        {
            Keep(news);
        }

        Volatile.Write(ref _askedAt, 0); // what somebody did shows at once
    }

    async Task AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            Volatile.Write(ref _askedAt, _parts.Time.GetTimestamp());
            var cases = _parts.Cases.Picture;
            var held = await _parts.Source.HeldAsync(cancellationToken);
            if (!ReferenceEquals(held.Report, View.Report) || held.IsCurrent != View.Held.IsCurrent || !ReferenceEquals(cases, View.Cases))
            {
                Volatile.Write(ref _view, new ConsoleView(held, cases));
            }
        }
        catch (InvalidOperationException e)
        {
            LogNotHeld(e); // the pages go on showing the last picture; the pulse tells the fault
        }
        finally
        {
            _asking.Release();
        }
    }

    void Tell()
    {
        foreach (var watcher in _watchers)
        {
            watcher();
        }
    }

    sealed class Watcher(ConsoleFeed feed, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (feed._lock)
            {
                feed._watchers = feed._watchers.Remove(changed);
            }
        }
    }

    [LoggerMessage(1950, LogLevel.Warning, "The console could not ask detection for its report; pages show the last one")]
    partial void LogNotHeld(Exception e);
}
