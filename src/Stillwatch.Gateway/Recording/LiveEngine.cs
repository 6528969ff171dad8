using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Recording;

/// <summary>Detection inside the gateway: one task owns the detector, everybody else asks it by message.</summary>
/// <remarks>
/// Records and findings reach the detector in the queue's order, between sketches; the directory its copies share changes then, and only then.
/// A report says what <c>scan</c> says of the same sketches: the detector is copied through its snapshot and the copy is completed, so
/// that the epoch still open counts and the original goes on undisturbed. A fault of the engine is logged and counted; the gateway
/// serves on and its sketches stay on disk for a scan. The queue is bounded; it holds back the recorder's writer, never a request.
/// </remarks>
sealed partial class LiveEngine : IAsyncDisposable
{
    const int QueueLength = 65_536;

    /// <summary>Reports may take this share of one core at most: a new one is made after so many times the cost of the last.</summary>
    public const int RestPerReport = 10;

    readonly Func<CampaignDetector> _make;
    readonly int _restPerReport;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Channel<Message> _queue = Channel.CreateBounded<Message>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    readonly CancellationTokenSource _stop = new();
    readonly Task _running;
    CampaignDetector _detector;
    Report? _report;
    long _reportedRevision = -1;
    long _nextReportTimestamp;
    long _taken;
    long _late;
    long _learned;
    bool _hasFailed;

    /// <param name="make">Makes an empty detector; called once for the original and once per report.</param>
    /// <param name="history">What was stored before, in its order; replayed before anything new.</param>
    /// <param name="restPerReport">Times the cost of a report during which the next question gets the same one.</param>
    public LiveEngine(Func<CampaignDetector> make, IEnumerable<ExchangeSketch> history, TimeProvider time, ILogger logger, int restPerReport = RestPerReport)
    {
        (_make, _time, _logger, _restPerReport) = (make, time, logger, restPerReport);
        _detector = make();
        _running = Task.Run(() => RunAsync(history));
    }

    /// <summary>Exchanges that are kept but were not looked at: <c>late</c>, <c>engine_failed</c>.</summary>
    public ReasonTally Undetected { get; } = new();

    /// <summary>Hands over one sketch; waits while the queue is full. One caller at a time.</summary>
    public void Add(in ExchangeSketch sketch)
    {
        Post(new Message { Sketch = sketch });
    }

    /// <summary>What an account's record says now; it holds from the next report on. Waits while the queue is full.</summary>
    public void Learn(AccountRecord record) => Post(new Message { Change = detector => detector.Learn(record) });

    /// <summary>What a trial of displacement showed. Waits while the queue is full.</summary>
    public void Learn(DisplacementFinding finding) => Post(new Message { Change = detector => detector.Learn(finding) });

    void Post(in Message message)
    {
        if (!_queue.Writer.TryWrite(message))
        {
            _queue.Writer.WriteAsync(message, _stop.Token).AsTask().Wait(_stop.Token);
        }
    }

    /// <summary>What is held of everything handed over before this call; up to a little older when reports are costly. Free while nothing is new.</summary>
    public async Task<Report> ReportAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<Report>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Message { Answer = answer }, cancellationToken);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    async Task RunAsync(IEnumerable<ExchangeSketch> history)
    {
        try
        {
            foreach (var sketch in history)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                Take(sketch);
            }
        }
        catch (Storage.StorageUnusableException e)
        {
            LogHistoryLost(e);
        }

        await foreach (var message in _queue.Reader.ReadAllAsync())
        {
            switch (message)
            {
                case { Answer: { } answer }:
                    Answer(answer);
                    break;
                case { Change: { } change }:
                    Take(change);
                    break;
                default:
                    Take(message.Sketch);
                    break;
            }
        }
    }

    void Take(in ExchangeSketch sketch)
    {
        _taken++;
        if (_hasFailed)
        {
            Undetected.Add("engine_failed");
            return;
        }

        try
        {
            if (!_detector.Add(sketch))
            {
                _late++;
                Undetected.Add("late");
            }
        }
#pragma warning disable CA1031 // whatever detection may do wrong, requests are served
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            Undetected.Add("engine_failed");
        }
    }

    void Take(Action<CampaignDetector> change)
    {
        if (_hasFailed)
        {
            return;
        }

        try
        {
            change(_detector);
            _learned++;
        }
#pragma warning disable CA1031 // as above
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }

    void Answer(TaskCompletionSource<Report> answer)
    {
        if (_report is not null && (_reportedRevision == Revision || _time.GetTimestamp() < _nextReportTimestamp || _hasFailed))
        {
            answer.SetResult(_report);
            return;
        }

        try
        {
            var start = _time.GetTimestamp();
            _report = Completed().Report(Rejected());
            _reportedRevision = Revision;
            var now = _time.GetTimestamp();
            _nextReportTimestamp = now + (_restPerReport * (now - start));
            answer.SetResult(_report);
        }
#pragma warning disable CA1031 // as above; the asker is told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            answer.SetException(new InvalidOperationException("Detection has failed; the log says why. Exchanges are still stored: scan them with --data.", e));
        }
    }

    /// <summary>Grows with everything that may change a report.</summary>
    long Revision => _taken + _learned;

    CampaignDetector Completed()
    {
        var snapshot = new MemoryStream();
        _detector.Save(snapshot);
        snapshot.Position = 0;
        var copy = _make();
        copy.Restore(snapshot);
        copy.Complete();
        return copy;
    }

    // As a scan of the stored sketches counts them.
    IReadOnlyList<Rejection> Rejected() =>
        _late == 0 ? [] : [new Rejection(RejectionTally.NameOf(RejectReason.OutOfOrder), _late, "exchanges", 0)];

    void Fail(Exception e)
    {
        _hasFailed = true;
        _detector = _make();
        LogFailed(e);
    }

    /// <summary>A sketch, a question, or something to learn.</summary>
    readonly struct Message
    {
        public ExchangeSketch Sketch { get; init; }

        public TaskCompletionSource<Report>? Answer { get; init; }

        public Action<CampaignDetector>? Change { get; init; }
    }

    [LoggerMessage(1310, LogLevel.Critical, "Detection failed and has stopped; the gateway serves on and stores sketches")]
    partial void LogFailed(Exception e);

    [LoggerMessage(1311, LogLevel.Error, "The exchange log could not be replayed; detection begins without it")]
    partial void LogHistoryLost(Exception e);
}
