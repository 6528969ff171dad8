using System.Text;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Sealed reasoning of OpenAI callers by the id of a tool call it led to: their messages have no place for a token, but they send the id
/// back.
/// </summary>
/// <remarks>
/// In memory and bounded by entries, bytes and age since last use; an account beyond its share loses its own least used first, so that
/// nobody
/// can flush out another's. A restart forgets all: an upstream that insists on its reasoning then refuses the turn under way. Losses are
/// counted by reason in <see cref="Lost"/>. Thread-safe.
/// </remarks>
sealed class ReasoningMemory(TimeProvider time)
{
    public const int MaxEntries = 50_000;
    public const long MaxBytes = 128L << 20;

    /// <summary>A long agent run has some hundreds of calls.</summary>
    public const int MaxEntriesOfAccount = 4_000;
    public const long MaxBytesOfAccount = 16L << 20;

    /// <summary>A conversation that rests longer begins a new one, as a rule.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(12);

    const int MaxIdBytes = 256;

    readonly Lock _lock = new();
    readonly LinkedList<Entry> _all = []; // least used first
    readonly Dictionary<string, Shelf> _accounts = new(StringComparer.Ordinal);
    long _bytes;
    int _count; // of _all, for those who ask without the lock

    /// <summary>
    /// What can no longer be given back: <c>expired</c>, <c>displaced</c> by newer, <c>unnamed</c> (an id too long to keep).
    /// </summary>
    public ReasonTally Lost { get; } = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _all.Count;
            }
        }
    }

    public void Keep(string account, ReadOnlySpan<byte> callId, byte[] token)
    {
        if (callId.Length is 0 or > MaxIdBytes)
        {
            Lost.Add("unnamed");
            return;
        }

        lock (_lock)
        {
            var shelf = _accounts.TryGetValue(account, out var known) ? known : _accounts[account] = new Shelf();
            var entry = new Entry(account, Encoding.Latin1.GetString(callId), token) { UsedAt = time.GetTimestamp() };
            if (shelf.ById.TryGetValue(entry.CallId, out var before))
            {
                Remove(before);
                _accounts[account] = shelf;
            }

            entry.InAll = _all.AddLast(entry);
            entry.InShelf = shelf.Entries.AddLast(entry);
            shelf.ById[entry.CallId] = entry;
            shelf.Bytes += entry.Bytes;
            _bytes += entry.Bytes;
            Shrink(shelf);
            Volatile.Write(ref _count, _all.Count);
        }
    }

    /// <summary>The token kept for a call; null when there is none, or no longer. Being asked for keeps it young.</summary>
    public byte[]? Find(string account, ReadOnlySpan<byte> callId)
    {
        if (callId.Length is 0 or > MaxIdBytes)
        {
            return null;
        }

        lock (_lock)
        {
            Expire();
            if (!_accounts.TryGetValue(account, out var shelf) || !shelf.ById.TryGetValue(Encoding.Latin1.GetString(callId), out var entry))
            {
                return null;
            }

            entry.UsedAt = time.GetTimestamp();
            _all.Remove(entry.InAll!);
            _all.AddLast(entry.InAll!);
            shelf.Entries.Remove(entry.InShelf!);
            shelf.Entries.AddLast(entry.InShelf!);
            return entry.Token;
        }
    }

    /// <summary>Whether anything at all is kept for the account: the cheap question before its requests are looked through.</summary>
    public bool Holds(string account)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return _accounts.ContainsKey(account);
        }
    }

    void Shrink(Shelf shelf)
    {
        Expire();
        while (shelf.Entries.Count > MaxEntriesOfAccount || shelf.Bytes > MaxBytesOfAccount)
        {
            Lose(shelf.Entries.First!.Value, "displaced");
        }

        while (_all.Count > MaxEntries || _bytes > MaxBytes)
        {
            Lose(_all.First!.Value, "displaced");
        }
    }

    void Expire()
    {
        while (_all.First is { } oldest && time.GetElapsedTime(oldest.Value.UsedAt) > MaxAge)
        {
            Lose(oldest.Value, "expired");
        }
    }

    void Lose(Entry entry, string reason)
    {
        Remove(entry);
        Lost.Add(reason);
    }

    void Remove(Entry entry)
    {
        var shelf = _accounts[entry.Account];
        _all.Remove(entry.InAll!);
        shelf.Entries.Remove(entry.InShelf!);
        shelf.ById.Remove(entry.CallId);
        shelf.Bytes -= entry.Bytes;
        _bytes -= entry.Bytes;
        if (shelf.Entries.Count == 0)
        {
            _accounts.Remove(entry.Account);
        }

        Volatile.Write(ref _count, _all.Count);
    }

    sealed class Shelf
    {
        public Dictionary<string, Entry> ById { get; } = new(StringComparer.Ordinal);

        public LinkedList<Entry> Entries { get; } = [];

        public long Bytes { get; set; }
    }

    sealed record Entry(string Account, string CallId, byte[] Token)
    {
        /// <summary>What the dictionaries, lists and strings of an entry take beside its token, roughly.</summary>
        const int OverheadBytes = 400;

        public int Bytes => Token.Length + OverheadBytes;

        public long UsedAt { get; set; }

        public LinkedListNode<Entry>? InAll { get; set; }

        public LinkedListNode<Entry>? InShelf { get; set; }
    }
}
