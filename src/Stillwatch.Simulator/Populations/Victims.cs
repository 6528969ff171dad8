using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Populations;

/// <summary>What the victims of framing have that a campaign can copy, paste or call through. Filled by the victims' classes, which are built first.</summary>
sealed class Victims
{
    public List<FramedText> Texts { get; } = [];

    /// <summary>Draws an exit of one of the victims' networks: an office has one address, a carrier a range.</summary>
    public List<Func<SeededRandom, Address>> Exits { get; } = [];

    public NoticeBoard Board { get; } = new();
}

/// <summary>An innocent customer's system prompt and frame, with a slot for the user's words.</summary>
readonly record struct FramedText(string? System, SlotTemplate Frame);

/// <summary>Answers of ours that were put up in public; the newest of each side are kept.</summary>
sealed class NoticeBoard
{
    const int MostNotices = 60;

    readonly List<(Answer Answer, uint Ms)> _victims = [];
    readonly List<(Answer Answer, uint Ms)> _framers = [];

    public void Post(Answer answer, uint ms, bool byVictim)
    {
        var notices = byVictim ? _victims : _framers;
        if (notices.Count == MostNotices)
        {
            notices.RemoveAt(0);
        }

        notices.Add((answer, ms));
    }

    /// <summary>An answer that has hung there for ten minutes at <paramref name="ms"/>; null while there is none.</summary>
    public Answer? Draw(SeededRandom random, uint ms, bool byVictim)
    {
        var notices = byVictim ? _victims : _framers;
        var old = notices.FindLastIndex(notice => notice.Ms + 600_000 <= ms);
        return old < 0 ? null : notices[random.Below(old + 1)].Answer;
    }
}
