using System.Globalization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Gateway.Recording.Changes;

/// <summary>A change and its place in this run's row of changes, from 1.</summary>
readonly record struct NumberedChange(long Number, CampaignChange Change);

/// <summary>The latest changes, for any number of readers, each at its own pace. Thread-safe; nobody waits for a reader.</summary>
/// <remarks>
/// A ring of <see cref="Capacity"/> changes. A reader that is further behind than that has missed some and is told so; nothing is kept for it.
/// Numbers begin anew with each run of the server, so a change is named by run and number.
/// </remarks>
sealed class ChangeBoard(TimeProvider time)
{
    public const int Capacity = 1_024;

    readonly CampaignChange[] _ring = new CampaignChange[Capacity];
    readonly Lock _lock = new(); // guards all below
    HeldCampaigns _held = HeldCampaigns.Nothing;
    TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _count;

    /// <summary>Names this run.</summary>
    public string Run { get; } = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);

    /// <summary>While set, reports are taken as what was known already. The engine's own.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The number of the newest change; 0 before the first.</summary>
    public long Newest
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Takes the next report. One caller.</summary>
    public void Follow(Report report)
    {
        var next = HeldCampaigns.Of(report);
        Add(IsSilent ? [] : _held.ChangesTo(next, report));
        _held = next;
    }

    public void Add(IReadOnlyList<CampaignChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        TaskCompletionSource news;
        lock (_lock)
        {
            foreach (var change in changes)
            {
                _ring[_count++ % Capacity] = change;
            }

            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        news.SetResult();
    }

    /// <summary>The changes after a number, at most <paramref name="most"/>.</summary>
    /// <param name="missed">Changes after it that are not kept any more; then there are none in the result.</param>
    /// <param name="news">Completes when there are more; await it when the result is empty.</param>
    public IReadOnlyList<NumberedChange> After(long number, int most, out long missed, out Task news)
    {
        lock (_lock)
        {
            news = _news.Task;
            var oldest = Math.Max(0, _count - Capacity);
            missed = Math.Max(0, oldest - number);
            var changes = new List<NumberedChange>();
            for (var next = number + 1; missed == 0 && next <= _count && changes.Count < most; next++)
            {
                changes.Add(new NumberedChange(next, _ring[(next - 1) % Capacity]));
            }

            return changes;
        }
    }
}
