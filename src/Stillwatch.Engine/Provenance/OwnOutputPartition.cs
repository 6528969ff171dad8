using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Provenance;

/// <summary>What we said and to whom, by fingerprint, and who sends it back: one partition of the own-output index.</summary>
/// <remarks>
/// Sees: text or ids made for account A that arrive from an unrelated account B.
/// Why extraction shows it: pools grade, rewrite and continue outputs through whichever account is free.
/// Unit: crossings (owner, presenter), one an exchange. Cost: at most sixteen probes an exchange; a ring buffer of fixed size.
/// False positives: outputs that were published (a fingerprint presented by more than <see cref="MaxPresenters"/> actors stops counting),
/// boilerplate (a fingerprint made for two accounts stops counting), transcripts handed to a client.
/// Evasion: paraphrase of our output; pinning each conversation to one account for ever.
/// Not thread-safe: one shard at a time.
/// </remarks>
internal sealed class OwnOutputPartition
{
    public const int MaxPresenters = 3;

    readonly Slot[] _slots;
    readonly Stack<List<(int Index, Slot Was)>> _kept = [];

    public OwnOutputPartition(int slots) =>
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(256, slots))];

    /// <summary>Takes messages in their order.</summary>
    public void Take(ReadOnlySpan<OutputMessage> messages, List<Crossing> crossings)
    {
        foreach (ref readonly var message in messages)
        {
            if (message.IsSaid)
            {
                Said(message);
            }
            else
            {
                Heard(message, crossings);
            }
        }
    }

    public void Said(in OutputMessage message)
    {
        ref var slot = ref SlotOf(message.Fingerprint);
        if (slot.Fingerprint == message.Fingerprint)
        {
            slot.Common |= slot.Actor != message.Actor;
            return;
        }

        slot = new Slot { Fingerprint = message.Fingerprint, Account = message.Account, Actor = message.Actor };
    }

    public void Heard(in OutputMessage message, List<Crossing> crossings)
    {
        ref var slot = ref SlotOf(message.Fingerprint);
        if (slot.Fingerprint != message.Fingerprint || slot.Common || slot.Actor == message.Actor)
        {
            return;
        }

        if (slot.LastPresenter != message.Actor)
        {
            slot.LastPresenter = message.Actor;
            slot.Presenters = (byte)Math.Min(byte.MaxValue, slot.Presenters + 1);
        }

        if (slot.Presenters <= MaxPresenters)
        {
            crossings.Add(new Crossing(slot.Account, message.Account, message.Order));
        }
    }

    ref Slot SlotOf(ulong fingerprint) => ref _slots[IndexOf(fingerprint)];

    int IndexOf(ulong fingerprint) => (int)((fingerprint >> 16) & (ulong)(_slots.Length - 1));

    /// <summary>Notes what messages with these fingerprints will change, so that <see cref="TakeBack"/> can undo it.</summary>
    public void Keep(IEnumerable<ulong> fingerprints) => _kept.Push([.. fingerprints.Select(IndexOf).Distinct().Select(index => (index, _slots[index]))]);

    /// <summary>Undoes everything since the first note, and forgets the notes.</summary>
    public void TakeBack()
    {
        while (_kept.TryPop(out var kept))
        {
            kept.ForEach(one => _slots[one.Index] = one.Was);
        }
    }

    public void Write(BinaryWriter writer) => writer.WriteAll<Slot>(_slots);

    /// <exception cref="InvalidDataException">The snapshot was made with another memory budget.</exception>
    public void Read(BinaryReader reader)
    {
        var slots = reader.ReadAll<Slot>();
        if (slots.Length != _slots.Length)
        {
            throw new InvalidDataException($"The snapshot's own-output index has {slots.Length} slots, this detector's {_slots.Length}: use the same memory budget.");
        }

        slots.CopyTo(_slots, 0);
    }

    struct Slot
    {
        public ulong Fingerprint;
        public ulong Account;
        public ulong Actor;
        public ulong LastPresenter;
        public byte Presenters;
        public bool Common;
    }
}

/// <summary>A fingerprint that was said to, or heard from, an account; <paramref name="Order"/> names the exchange.</summary>
internal readonly record struct OutputMessage(ulong Fingerprint, ulong Account, ulong Actor, ulong Order, bool IsSaid);

/// <summary>Our output for <paramref name="Owner"/> came from <paramref name="Presenter"/>.</summary>
internal readonly record struct Crossing(ulong Owner, ulong Presenter, ulong Order);
