using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Recording.Changes;

namespace Stillwatch.Gateway.Recording;

/// <summary>Detection inside the gateway: one task owns the detector, everybody else asks it by message.</summary>
/// <remarks>
/// Records, findings and policies reach the detector in the queue's order, between sketches. A report says what <c>scan</c> says of the same
/// sketches: the epochs still open are applied, judged and taken back (ADR 0008), so nothing is copied and nothing shows that somebody
/// asked. Whenever a report was made, and after each judgement of the detector's own, what changed since the last is told to <see cref="Changes"/>.
/// A fault of the engine is logged and counted; the gateway serves on and its sketches stay on disk for a scan. The queue is bounded;
/// it holds back the recorder's writer, never a request.
/// </remarks>
sealed partial class LiveEngine : IAsyncDisposable
{
    const int QueueLength = 65_536;

    /// <summary>A report is made anew after so many times the cost of the last: asked for and unasked, they take two elevenths of a core at most.</summary>
    public const int RestPerReport = 10;

    readonly int _restPerReport;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Channel<Message> _queue = Channel.CreateBounded<Message>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    readonly CancellationTokenSource _stop = new();
    readonly Task _running;
    LiveDetection? _detection; // null once it has failed
    LiveSnapshots? _snapshots;
    HeldReport? _held;
    long _reportedRevision = -1;
    long _reportedJudgements;
    long _nextOwnTimestamp; // of a report nobody asked for
    long _nextAskedTimestamp;

    /// <param name="detection">Empty, or as a snapshot left it. The engine's own from here on.</param>
    /// <param name="history">What was stored after a row, in its order; taken before anything new.</param>
    /// <param name="restPerReport">Times the cost of a report during which the next question gets the same one.</param>
    public LiveEngine(
        LiveDetection detection, Func<long, IEnumerable<LoggedSketch>> history, TimeProvider time, ILogger logger, LiveSnapshots? snapshots = null,
        int restPerReport = RestPerReport)
    {
        (_detection, _snapshots, _time, _logger, _restPerReport) = (detection, snapshots, time, logger, restPerReport);
        (RestoredFindings, Changes) = (detection.Findings, new ChangeBoard(time));
        _running = Task.Run(() => RunAsync(history));
    }

    /// <summary>Exchanges that are kept but were not looked at: <c>late</c>, <c>engine_failed</c>.</summary>
    public ReasonTally Undetected { get; } = new();

    /// <summary>What changes from one report to the next.</summary>
    public ChangeBoard Changes { get; }

    /// <summary>Findings that a snapshot brought back, from the first: they need not be learned again.</summary>
    public int RestoredFindings { get; }

    /// <summary>Hands over one sketch with its row of the log; waits while the queue is full. One caller at a time.</summary>
    public void Add(long row, in ExchangeSketch sketch) => Post(new Message { Sketch = new LoggedSketch(row, null, sketch) });

    /// <summary>What an account's record says now; it holds from the next report on. Waits while the queue is full.</summary>
    public void Learn(AccountRecord record) => Post(new Message { Change = detection => detection.Learn(record) });

    /// <summary>What a trial of displacement showed. Waits while the queue is full.</summary>
    public void Learn(DisplacementFinding finding) => Post(new Message { Change = detection => detection.Learn(finding) });

    /// <summary>Another policy; it holds from the next judgement on. Waits while the queue is full.</summary>
    public void Use(Policy policy) => Post(new Message { Change = detection => detection.Use(policy) });

    void Post(in Message message)
    {
        if (!_queue.Writer.TryWrite(message))
        {
            _queue.Writer.WriteAsync(message, _stop.Token).AsTask().Wait(_stop.Token);
        }
    }

    /// <summary>What is held of everything handed over before this call; up to a little older when reports are costly. Free while nothing is new.</summary>
    public async Task<HeldReport> HeldAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<HeldReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Message { Answer = answer }, cancellationToken);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc cref="HeldAsync"/>
    public async Task<Report> ReportAsync(CancellationToken cancellationToken) => (await HeldAsync(cancellationToken)).Report;

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    async Task RunAsync(Func<long, IEnumerable<LoggedSketch>> history)
    {
        if (!Replay(history))
        {
            AnswerNobody();
        }

        await foreach (var message in _queue.Reader.ReadAllAsync())
        {
            switch (message)
            {
                case { Answer: { } answer }:
                    Answer(answer);
                    break;
                case { Change: { } change }:
                    Guard(change);
                    break;
                default:
                    Take(message.Sketch);
                    break;
            }

            if (_detection is { } detection && detection.Judgements != _reportedJudgements && _time.GetTimestamp() >= _nextOwnTimestamp)
            {
                Guard(Report);
            }
        }

        if (_snapshots is not null)
        {
            Guard(_snapshots.Save);
        }
    }

    /// <summary>False when it was told to stop before the end: what came since must not be taken before what is missing.</summary>
    bool Replay(Func<long, IEnumerable<LoggedSketch>> history)
    {
        try
        {
            foreach (var logged in history(_detection!.Row))
            {
                if (_stop.IsCancellationRequested)
                {
                    return false;
                }

                Take(logged);
            }
        }
        catch (Exception e) when (e is Storage.StorageUnusableException or System.Data.Common.DbException)
        {
            _snapshots = null; // a state with a gap must not look like a whole one
            LogHistoryLost(e);
        }

        if (_detection is { Row: > 0 })
        {
            Changes.IsSilent = true; // what was held before the start is no news
            Guard(Report);
            Changes.IsSilent = false;
        }

        return true;
    }

    void AnswerNobody()
    {
        while (_queue.Reader.TryRead(out var message))
        {
            message.Answer?.SetCanceled(_stop.Token);
        }
    }

    void Take(in LoggedSketch logged)
    {
        if (_detection is not { } detection)
        {
            Undetected.Add("engine_failed");
            return;
        }

        try
        {
            if (!detection.Take(logged))
            {
                Undetected.Add("late");
            }

            _snapshots?.Look(detection);
        }
#pragma warning disable CA1031 // whatever detection may do wrong, requests are served
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            Undetected.Add("engine_failed");
        }
    }

    Exception? Guard(Action<LiveDetection> use)
    {
        try
        {
            if (_detection is { } detection)
            {
                use(detection);
            }

            return null;
        }
#pragma warning disable CA1031 // as above
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return e;
        }
    }

    void Answer(TaskCompletionSource<HeldReport> answer)
    {
        var isNews = _detection is { } detection && detection.Revision != _reportedRevision;
        if (_held is null || (isNews && _time.GetTimestamp() >= _nextAskedTimestamp))
        {
            var fault = Guard(Report);
            _nextAskedTimestamp = _nextOwnTimestamp;
            isNews = false;
            if (_held is null)
            {
                answer.SetException(new InvalidOperationException("Detection has failed; the log says why. Exchanges are still stored: scan them with --data.", fault));
                return;
            }
        }

        answer.SetResult(_held with { IsCurrent = !isNews && _detection is not null });
    }

    /// <summary>How far the traffic is from what calibration was learned on, by kind, as of the latest report; empty when nothing was learned. Any thread.</summary>
    public IEnumerable<KeyValuePair<string, double>> Drift => Volatile.Read(ref _held)?.Report.Calibration?.Drift ?? Enumerable.Empty<KeyValuePair<string, double>>();

    void Report(LiveDetection detection)
    {
        var start = _time.GetTimestamp();
        _held = new HeldReport(detection.Report(), detection.Row, IsCurrent: true);
        (_reportedRevision, _reportedJudgements) = (detection.Revision, detection.Judgements);
        Changes.Follow(_held.Report);
        var now = _time.GetTimestamp();
        _nextOwnTimestamp = now + (_restPerReport * (now - start));
    }

    void Fail(Exception e)
    {
        _detection = null; // its memory with it
        LogFailed(e);
    }

    /// <summary>A sketch, a question, or something to learn.</summary>
    readonly struct Message
    {
        public LoggedSketch Sketch { get; init; }

        public TaskCompletionSource<HeldReport>? Answer { get; init; }

        public Action<LiveDetection>? Change { get; init; }
    }

    [LoggerMessage(1310, LogLevel.Critical, "Detection failed and has stopped; the gateway serves on and stores sketches")]
    partial void LogFailed(Exception e);

    [LoggerMessage(1311, LogLevel.Error, "The exchange log could not be replayed; detection begins without it")]
    partial void LogHistoryLost(Exception e);
}

/// <summary>A report, and what it is of.</summary>
/// <param name="LogRow">The newest row of the exchange log in it: a scan of the log up to there says the same.</param>
/// <param name="IsCurrent">False when exchanges came since and a newer report is not due yet, or detection has failed.</param>
sealed record HeldReport(Report Report, long LogRow, bool IsCurrent);
