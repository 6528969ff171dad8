using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>What one account did, in bounded space: totals, rhythm, where it came from, and a uniform sample of its exchanges.</summary>
public sealed class AccountState
{
    const int MaxNetworks = 12;
    const int MaxClients = 4;
    const int MaxModels = 6;

    AccountDigest[] _digests = [];
    int _digestCount;
    int _largest; // index of the digest with the largest order, valid when the sample is full
    long _lastMs;
    ulong _lastTask;
    long _nextLook = TemplateLoyalty.MinExchanges;
    double _gapSum, _gapSquares;
    HourCounts _hours;

    readonly ulong _logOrganization;

    internal AccountState(ulong name, ulong organization, AccountFacts? facts)
    {
        (Name, _logOrganization) = (name, organization);
        Learn(facts);
    }

    public ulong Name { get; }

    /// <summary>Who answers for the account: its organization, else itself. Accounts of one actor are openly linked.</summary>
    public ulong Actor { get; private set; }

    public bool InOrganization { get; private set; }

    public AccountFacts? Facts { get; private set; }

    public long FirstMs { get; private set; }

    public long LastMs => _lastMs;

    public long Exchanges { get; private set; }

    public long Tasks { get; private set; }

    public long FollowUps { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Later turns of a conversation other than the one before: two people at one account, or one with two windows.</summary>
    public long Interleaved { get; private set; }

    /// <summary>Exchanges that continue a conversation.</summary>
    public long LaterTurns { get; private set; }

    public long OutputTokens { get; private set; }

    /// <summary>Registered app of the latest exchange, index + 1; 0 for none.</summary>
    public int App { get; private set; }

    /// <summary>Networks with their exchanges, most recent additions last; at most 12, the rarest gives way.</summary>
    public List<Counted> Networks { get; } = new(1);

    /// <summary>TLS fingerprints joint with the claimed client.</summary>
    public List<Counted> Clients { get; } = new(1);

    /// <summary>Models by index, with first use.</summary>
    public List<Counted> Models { get; } = new(1);

    /// <summary>A uniform sample of the account's exchanges over its life.</summary>
    public ReadOnlySpan<AccountDigest> Digests => _digests.AsSpan(0, _digestCount);

    public ReadOnlySpan<ushort> Hours => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<HourCounts, ushort>(ref _hours), 24);

    /// <summary>Coefficient of variation of the gaps between exchanges; NaN under four exchanges. People: 2 to 6; schedulers: about 1 or less.</summary>
    public double GapVariation
    {
        get
        {
            var n = Exchanges - 1;
            if (n < 3 || _gapSum <= 0)
            {
                return double.NaN;
            }

            var mean = _gapSum / n;
            return Math.Sqrt(Math.Max(0, (_gapSquares / n) - (mean * mean))) / mean;
        }
    }

    /// <summary>Share of the account's exchanges that repeat its most frequent user-text key, 0 to 1: its loyalty to one template.
    /// NaN under eight exchanges; brought up to date whenever the exchanges have grown by a quarter.</summary>
    public double TopTemplateRatio { get; private set; } = double.NaN;

    /// <summary>What an account belongs to, 0 for nothing: an organization its record names comes before the one the log does.</summary>
    internal static ulong OrganizationOf(AccountFacts? facts, ulong logged) => facts?.Organization is > 0 and var known ? known : logged;

    /// <summary>Takes what its record says now.</summary>
    internal void Learn(AccountFacts? facts)
    {
        Facts = facts;
        var stated = OrganizationOf(facts, _logOrganization);
        Actor = stated == 0 ? Name : stated;
        InOrganization = stated != 0;
    }

    internal void Add(in ExchangeSketch sketch, int sampleSize)
    {
        if (Exchanges == 0)
        {
            FirstMs = sketch.TimeMs;
        }
        else
        {
            var gap = Math.Max(0, sketch.TimeMs - _lastMs) / 1000.0;
            _gapSum += gap;
            _gapSquares += gap * gap;
        }

        _lastMs = Math.Max(_lastMs, sketch.TimeMs);
        Exchanges++;
        Tasks += (sketch.Traits & ExchangeTraits.StartsTask) != 0 ? 1 : 0;
        FollowUps += (sketch.Traits & ExchangeTraits.FollowUp) != 0 ? 1 : 0;
        Failed += (sketch.Traits & ExchangeTraits.Failed) != 0 ? 1 : 0;
        OutputTokens += Math.Max(0, sketch.OutputTokens);
        App = sketch.App;
        if ((sketch.Traits & (ExchangeTraits.FollowUp | ExchangeTraits.ToolLoop)) != 0)
        {
            LaterTurns++;
            Interleaved += sketch.Task != _lastTask ? 1 : 0;
        }

        _lastTask = sketch.Task;
        ref var hour = ref _hours[(int)(sketch.TimeMs / 3_600_000 % 24)];
        hour = (ushort)Math.Min(ushort.MaxValue, hour + 1);
        Count(Networks, sketch.Network, sketch.TimeMs, MaxNetworks);
        Count(Clients, sketch.Tls, sketch.TimeMs, MaxClients);
        Count(Models, (ulong)sketch.Model + 1, sketch.TimeMs, MaxModels);
        Sample(sketch, sampleSize);
        if (Exchanges >= _nextLook)
        {
            _nextLook = Exchanges + Math.Max(1, Exchanges / 4);
            TopTemplateRatio = TemplateLoyalty.Of(Digests);
        }
    }

    /// <summary>Reads what <see cref="Add"/> will read, so that it need not wait for memory. The value says nothing.</summary>
    internal ulong Touch() =>
        (ulong)Exchanges ^ _hours[0] ^ First(Networks) ^ First(Clients) ^ First(Models) ^ (_digestCount == 0 ? 0 : _digests[_largest].Order);

    static ulong First(List<Counted> counts) => counts.Count == 0 ? 0 : CollectionsMarshal.AsSpan(counts)[0].Value;

    void Sample(in ExchangeSketch sketch, int sampleSize)
    {
        if (_digestCount < sampleSize)
        {
            if (_digestCount == _digests.Length)
            {
                Array.Resize(ref _digests, SlotsFor(_digestCount + 1, sampleSize));
            }

            _digests[_digestCount++] = AccountDigest.Of(sketch);
            if (_digestCount == sampleSize)
            {
                FindLargest();
            }
        }
        else if (sketch.Order < _digests[_largest].Order)
        {
            _digests[_largest] = AccountDigest.Of(sketch);
            FindLargest();
        }
    }

    /// <summary>Places of the sample's table, taken and free.</summary>
    internal int SampleSlots(int sampleSize) => SlotsFor(_digestCount, sampleSize);

    static int SlotsFor(int digests, int sampleSize) =>
        digests == 0 ? 0 : Math.Min(sampleSize, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, digests)));

    /// <summary>Keeps the part of the sample that a sample of that size would have kept.</summary>
    internal void Shrink(int sampleSize)
    {
        if (_digests.Length <= sampleSize)
        {
            return;
        }

        if (_digestCount > sampleSize)
        {
            ulong[] orders = [.. _digests.Take(_digestCount).Select(d => d.Order).Order()];
            AccountDigest[] kept = [.. _digests.Take(_digestCount).Where(d => d.Order <= orders[sampleSize - 1]).Take(sampleSize)];
            (_digests, _digestCount) = (kept, kept.Length); // another array: the old one may have to come back
        }

        Array.Resize(ref _digests, sampleSize);
        if (_digestCount == sampleSize)
        {
            FindLargest();
        }
    }

    void FindLargest()
    {
        _largest = 0;
        for (var i = 1; i < _digestCount; i++)
        {
            _largest = _digests[i].Order > _digests[_largest].Order ? i : _largest;
        }
    }

    /// <summary>Space-saving count (Metwally et al. 2005): a new value takes the place, and the count, of the rarest.</summary>
    static void Count(List<Counted> counts, ulong value, long timeMs, int capacity)
    {
        if (value == 0)
        {
            return;
        }

        var span = CollectionsMarshal.AsSpan(counts);
        var rarest = 0;
        for (var i = 0; i < span.Length; i++)
        {
            if (span[i].Value == value)
            {
                span[i].Count++;
                return;
            }

            rarest = span[i].Count < span[rarest].Count ? i : rarest;
        }

        if (counts.Count < capacity)
        {
            counts.Add(new Counted { Value = value, Count = 1, FirstMs = timeMs });
        }
        else
        {
            span[rarest] = new Counted { Value = value, Count = span[rarest].Count + 1, FirstMs = timeMs };
        }
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(_logOrganization);
        writer.Write(FirstMs);
        writer.Write(_lastMs);
        writer.Write(Exchanges);
        writer.Write(Tasks);
        writer.Write(FollowUps);
        writer.Write(Failed);
        writer.Write(Interleaved);
        writer.Write(LaterTurns);
        writer.Write(_lastTask);
        writer.Write(OutputTokens);
        writer.Write(App);
        writer.Write(_gapSum);
        writer.Write(_gapSquares);
        writer.Write(_nextLook);
        writer.Write(TopTemplateRatio);
        writer.WriteAll(Hours);
        writer.WriteAll(CollectionsMarshal.AsSpan(Networks));
        writer.WriteAll(CollectionsMarshal.AsSpan(Clients));
        writer.WriteAll(CollectionsMarshal.AsSpan(Models));
        writer.WriteAll(Digests);
        writer.Write(_largest);
    }

    internal static AccountState Read(BinaryReader reader, AccountDirectory directory, int sampleSize)
    {
        var name = reader.ReadUInt64();
        var state = new AccountState(name, reader.ReadUInt64(), directory[name]);
        state.Fill(reader, sampleSize);
        return state;
    }

    /// <summary>Puts the account back to what was written of it.</summary>
    internal void PutBack(BinaryReader reader, int sampleSize)
    {
        _ = reader.ReadUInt64(); // the name
        _ = reader.ReadUInt64(); // the log's organization
        Fill(reader, sampleSize);
    }

    /// <summary>The sample as it is: shrinking replaces it, exchanges change it.</summary>
    internal (AccountDigest[] Digests, int Count, int Largest) Sampled
    {
        get => (_digests, _digestCount, _largest);
        set => (_digests, _digestCount, _largest) = value;
    }

    void Fill(BinaryReader reader, int sampleSize)
    {
        FirstMs = reader.ReadInt64();
        _lastMs = reader.ReadInt64();
        Exchanges = reader.ReadInt64();
        Tasks = reader.ReadInt64();
        FollowUps = reader.ReadInt64();
        Failed = reader.ReadInt64();
        Interleaved = reader.ReadInt64();
        LaterTurns = reader.ReadInt64();
        _lastTask = reader.ReadUInt64();
        OutputTokens = reader.ReadInt64();
        App = reader.ReadInt32();
        _gapSum = reader.ReadDouble();
        _gapSquares = reader.ReadDouble();
        _nextLook = reader.ReadInt64();
        TopTemplateRatio = reader.ReadDouble();
        reader.ReadAll<ushort>().CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<HourCounts, ushort>(ref _hours), 24));
        Refill(Networks, reader);
        Refill(Clients, reader);
        Refill(Models, reader);
        var digests = reader.ReadAll<AccountDigest>();
        _digestCount = digests.Length;
        _digests = new AccountDigest[SampleSlots(sampleSize)];
        digests.CopyTo(_digests, 0);
        _largest = reader.ReadInt32();
    }

    static void Refill(List<Counted> counts, BinaryReader reader)
    {
        counts.Clear();
        counts.AddRange(reader.ReadAll<Counted>());
    }

    [InlineArray(24)]
    struct HourCounts
    {
        ushort _first;
    }
}

/// <summary>A value, how often it was seen, and when first (Unix time, milliseconds).</summary>
public struct Counted
{
    public ulong Value;
    public long Count;
    public long FirstMs;
}
