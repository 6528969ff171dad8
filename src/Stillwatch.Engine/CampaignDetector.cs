using System.Runtime.InteropServices;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine;

/// <summary>Finds campaigns in a stream of sketches: sight, link, ring, judge, respond. Pure: event time only, no I/O but the snapshot's stream.</summary>
/// <remarks>
/// Judges at the end of an epoch once a tenth of the exchanges is new since the last judgement, beyond a million a quarter, and at the end of the
/// input: so the number of judgements grows with the logarithm of the traffic, and all of them cost some four of the last one. A judgement depends
/// on the exchanges before its epoch's end and on nothing later. Not thread-safe: one caller; inside, shards run in parallel.
/// </remarks>
public sealed class CampaignDetector
{
    /// <summary>Version of the saved state. Any other is refused, never converted: the exchange log is the archive, and is read anew.</summary>
    public const int SnapshotVersion = 3; // 2 had no lineage of campaigns, 1 no displacement trials

    const uint SnapshotMagic = 0x57_53_4E_50; // "PNSW"
    const int MinExchangesPerJudgement = 100;
    const long LargeInput = 1_000_000; // exchanges; beyond, judgements are most of what detection costs

    readonly DetectionKey _key;
    readonly AccountDirectory _directory;
    readonly ModelNames _models;
    readonly AccountIds _ids;
    readonly EpochBuffer _buffer = new();
    readonly Shards _shards;
    readonly RingStage _stage;
    DetectorSettings _settings;
    long _exchanges;
    long _judgedExchanges;
    long _lastEpochEndMs;
    long _firstMs = long.MaxValue;
    long _lastMs = long.MinValue;
    bool _isStale; // restored (what was held is not in a snapshot) or taught something: judged again at the end of the input
    bool _hasNetworks, _hasClients, _hasOutputs;

    public CampaignDetector(DetectorSettings settings, DetectionKey key, AccountDirectory directory, ModelNames models, AccountIds ids)
    {
        (_settings, _key, _directory, _models, _ids) = (settings, key, directory, models, ids);
        _shards = new Shards(settings, directory);
        _stage = new RingStage(settings, directory);
    }

    internal IReadOnlyList<JudgedRing> Candidates => _stage.Candidates;

    /// <summary>Exchanges taken in so far.</summary>
    public long Exchanges => _exchanges;

    /// <summary>Grows with each judgement that was made because the traffic had grown.</summary>
    public long Judgements { get; private set; }

    public string PolicyHash => _settings.Policy.Hash;

    /// <summary>Takes one exchange; times may go back by five minutes. False: it came too late, its epoch is over.</summary>
    public bool Add(in ExchangeSketch sketch)
    {
        if (!_buffer.TryAdd(sketch))
        {
            return false;
        }

        _firstMs = Math.Min(_firstMs, sketch.TimeMs);
        _lastMs = Math.Max(_lastMs, sketch.TimeMs);
        while (_buffer.TakeClosed(all: false) is var (endMs, sketches))
        {
            Close(endMs, sketches);
            _buffer.Return(sketches);
        }

        return true;
    }

    /// <summary>Ends the input: closes every epoch and judges once more.</summary>
    public void Complete()
    {
        while (_buffer.TakeClosed(all: true) is var (endMs, sketches))
        {
            Close(endMs, sketches);
            _buffer.Return(sketches);
        }

        JudgeRest();
    }

    void JudgeRest()
    {
        if (_judgedExchanges < _exchanges || (_isStale && _exchanges > 0))
        {
            Judge(_lastEpochEndMs);
        }
    }

    /// <summary>Takes what a record says of an account now: it holds from the next judgement on, for all the account has done.</summary>
    /// <remarks>Detectors that share a directory share what it learns; those that saw the account before must each be told.</remarks>
    public void Learn(AccountRecord record)
    {
        var name = _directory.Learn(record);
        if (_shards.Learn(name) is var (before, after))
        {
            _stage.Population.Relearn(name, before, after);
        }

        _isStale = true;
    }

    /// <summary>Takes what a trial of displacement showed.</summary>
    /// <exception cref="ArgumentException">Its numbers are not finite.</exception>
    public void Learn(DisplacementFinding finding)
    {
        _stage.Displacements.Add(finding, _key);
        _isStale = true;
    }

    /// <summary>Takes another policy; it holds from the next judgement on.</summary>
    public void Use(Responses.Policy policy)
    {
        _settings = _settings with { Policy = policy };
        _stage.Use(policy);
        _isStale = true;
    }

    /// <summary>What <see cref="Complete"/> and then <see cref="Report"/> would say now. Leaves no trace: the input goes on as if nobody had asked.</summary>
    /// <remarks>The open epochs are applied, judged and taken back, so it costs a judgement, and memory for what those epochs touch.</remarks>
    public Report Preview(IReadOnlyList<Rejection> rejected)
    {
        var (held, counts, flags) = (_stage.Mark(), (_exchanges, _judgedExchanges, _lastEpochEndMs), (_isStale, _hasNetworks, _hasClients, _hasOutputs));
        var tried = new Stack<List<Crossing>>();
        try
        {
            foreach (var (endMs, sketches) in _buffer.Open())
            {
                Close(endMs, sketches, tried);
            }

            JudgeRest();
            return Report(rejected);
        }
        finally
        {
            _shards.TakeBack();
            while (tried.TryPop(out var crossings))
            {
                _stage.Crossings.Remove(crossings);
            }

            _stage.Return(held);
            (_exchanges, _judgedExchanges, _lastEpochEndMs) = counts;
            (_isStale, _hasNetworks, _hasClients, _hasOutputs) = flags;
        }
    }

    /// <param name="tried">Where the crossings of an epoch go that is to be taken back; null for one that is over.</param>
    void Close(long endMs, List<ExchangeSketch> sketches, Stack<List<Crossing>>? tried = null)
    {
        foreach (ref readonly var sketch in CollectionsMarshal.AsSpan(sketches))
        {
            _hasNetworks |= sketch.Network != 0;
            _hasClients |= sketch.Tls != 0;
            _hasOutputs |= sketch.Said[0] != 0 || sketch.Issued[0] != 0;
        }

        var crossings = _shards.Apply(sketches, isTried: tried is not null);
        _stage.Crossings.Add(crossings);
        tried?.Push(crossings);
        _exchanges += sketches.Count;
        _lastEpochEndMs = endMs;
        if (IsDue(_exchanges, _judgedExchanges))
        {
            Judgements += tried is null ? 1 : 0;
            Judge(endMs);
        }
    }

    /// <summary>Whether so much is new that it is judged without being asked for.</summary>
    internal static bool IsDue(long exchanges, long judged) => exchanges - judged is var fresh
        && fresh >= MinExchangesPerJudgement && fresh * (exchanges < LargeInput ? 10 : 4) >= exchanges;

    void Judge(long nowMs)
    {
        _stage.Judge(_shards.Accounts, _shards.Traits, nowMs);
        _judgedExchanges = _exchanges;
        _isStale = false;
    }

    /// <summary>What is held now, for the input described by <paramref name="rejected"/>.</summary>
    public Report Report(IReadOnlyList<Rejection> rejected)
    {
        var input = new InputSummary
        {
            Exchanges = _exchanges,
            Accounts = _stage.Population.Count,
            Organizations = _stage.Population.Accounts.Where(a => a.InOrganization).Select(a => a.Actor).Distinct().Count(),
            From = _exchanges == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(_firstMs),
            To = _exchanges == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(_lastMs),
            Rejected = rejected,
            Dropped = _shards.Dropped + _stage.Crossings.Dropped + _stage.Displacements.Dropped,
            AbsentFamilies = AbsentFamilies(),
        };
        var report = new ReportBuilder(_settings, _key.Id, _models, _ids, _stage.Register).Build(input, _stage.Current);
        return _settings.Learned is { } learned && _exchanges > 0
            ? report with { Calibration = learned.StatusAt(Profile(learned.Profile.To - learned.Profile.From)) }
            : report;
    }

    /// <summary>How the accounts that were active in the last <paramref name="window"/> are linked, and how the rings weigh that were judged last.</summary>
    /// <exception cref="InvalidOperationException">No exchange was taken in.</exception>
    public TrafficProfile Profile(TimeSpan window) => _exchanges == 0
        ? throw new InvalidOperationException("Nothing was seen: there is no traffic to describe.")
        : TrafficProfile.Of(_stage.Population, _stage.Candidates, Math.Max(_firstMs, _lastMs - (long)window.TotalMilliseconds), _lastMs);

    List<string> AbsentFamilies()
    {
        var absent = new List<string>();
        void Add(bool isAbsent, string family)
        {
            if (isAbsent)
            {
                absent.Add(family);
            }
        }

        Add(_directory is { HasPayments: false, HasAges: false }, Judgement.Evidence.Families.Identity);
        Add(!_hasNetworks && !_hasClients && _directory.Count == 0, Judgement.Evidence.Families.Infrastructure);
        Add(!_hasOutputs, Judgement.Evidence.Families.OwnOutput);
        return absent;
    }

    /// <summary>Writes the whole state, exchanges still waiting for their epoch included.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(SnapshotMagic);
        writer.Write(SnapshotVersion);
        writer.Write(_key.Id);
        foreach (var number in new[] { _exchanges, _judgedExchanges, _lastEpochEndMs, _firstMs, _lastMs })
        {
            writer.Write(number);
        }

        foreach (var flag in new[] { _hasNetworks, _hasClients, _hasOutputs })
        {
            writer.Write(flag);
        }

        _models.Write(writer);
        _ids.Write(writer);
        _buffer.Write(writer);
        _shards.Write(writer);
        _stage.Crossings.Write(writer);
        _stage.Displacements.Write(writer);
        _stage.Register.Write(writer);
    }

    /// <summary>Brings back a saved state, to go on exactly as if nothing had happened.</summary>
    /// <exception cref="InvalidDataException">No snapshot, another version, another key, or another memory budget; the message says which.</exception>
    public void Restore(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != SnapshotMagic)
        {
            throw new InvalidDataException("This is no detector snapshot.");
        }

        if (reader.ReadInt32() is var version && version != SnapshotVersion)
        {
            throw new InvalidDataException($"The snapshot has version {version}; this engine reads version {SnapshotVersion}.");
        }

        if (reader.ReadString() is var keyId && keyId != _key.Id)
        {
            throw new InvalidDataException($"The snapshot was made with key {keyId}, this detector has {_key.Id}.");
        }

        (_exchanges, _judgedExchanges, _lastEpochEndMs) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        (_firstMs, _lastMs) = (reader.ReadInt64(), reader.ReadInt64());
        (_hasNetworks, _hasClients, _hasOutputs) = (reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadBoolean());
        _models.Read(reader);
        _ids.Read(reader);
        _buffer.Read(reader);
        _shards.Read(reader);
        _stage.Crossings.Read(reader);
        _stage.Displacements.Read(reader);
        _stage.Register.Read(reader);
        _isStale = true;
    }
}
