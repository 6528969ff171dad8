namespace Stillwatch.Engine.Traits;

/// <summary>A trait that at least two accounts showed: how many, which (a bottom-k sample), how often.</summary>
/// <remarks>
/// The sample keeps the <see cref="SampleSize"/> smallest account names. Names are keyed hashes, so that is a uniform sample, equal samples
/// mean equal account sets, and the largest kept name estimates the number of accounts (k-minimum-values, Bar-Yossef et al. 2002;
/// relative error about 1/sqrt(k-2) = 9 %). Up to k accounts everything is exact.
/// </remarks>
public sealed class TraitState(TraitKey key)
{
    public const int SampleSize = 128;

    ulong[] _accounts = new ulong[4];
    ushort[] _counts = new ushort[4];
    int _used;

    public TraitKey Key { get; } = key;

    public long Sightings { get; private set; }

    /// <summary>Sampled account names, ascending.</summary>
    public ReadOnlySpan<ulong> Accounts => _accounts.AsSpan(0, _used);

    /// <summary>How often each sampled account showed it, in the order of <see cref="Accounts"/>; at most 65,535.</summary>
    public ReadOnlySpan<ushort> Counts => _counts.AsSpan(0, _used);

    /// <summary>Estimated number of accounts that showed it; exact up to <see cref="SampleSize"/>.</summary>
    public double AccountCount =>
        _used < SampleSize ? _used : (SampleSize - 1) / (_accounts[_used - 1] / (double)ulong.MaxValue);

    public void Sight(ulong account)
    {
        Sightings++;
        if (_used == SampleSize && account > _accounts[_used - 1])
        {
            return;
        }

        var at = Array.BinarySearch(_accounts, 0, _used, account);
        if (at >= 0)
        {
            _counts[at] = (ushort)Math.Min(ushort.MaxValue, _counts[at] + 1);
            return;
        }

        Insert(~at, account);
    }

    void Insert(int at, ulong account)
    {
        if (_used == SampleSize)
        {
            _used--;
        }
        else if (_used == _accounts.Length)
        {
            Array.Resize(ref _accounts, _used * 2);
            Array.Resize(ref _counts, _used * 2);
        }

        Array.Copy(_accounts, at, _accounts, at + 1, _used - at);
        Array.Copy(_counts, at, _counts, at + 1, _used - at);
        _accounts[at] = account;
        _counts[at] = 1;
        _used++;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Key.Value);
        writer.Write(Sightings);
        writer.WriteAll(Accounts);
        writer.WriteAll<ushort>(_counts.AsSpan(0, _used));
    }

    internal static TraitState Read(BinaryReader reader)
    {
        var state = new TraitState(new TraitKey(reader.ReadUInt64()));
        state.Fill(reader);
        return state;
    }

    /// <summary>Puts the trait back to what was written of it.</summary>
    internal void PutBack(BinaryReader reader)
    {
        _ = reader.ReadUInt64(); // the key
        Fill(reader);
    }

    void Fill(BinaryReader reader)
    {
        Sightings = reader.ReadInt64();
        _accounts = reader.ReadAll<ulong>();
        _counts = reader.ReadAll<ushort>();
        _used = _accounts.Length;
    }
}
