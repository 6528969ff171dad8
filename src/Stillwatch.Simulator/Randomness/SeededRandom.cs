using System.Numerics;

namespace Stillwatch.Simulator.Randomness;

/// <summary>A seeded generator (xoshiro256**, Blackman and Vigna 2018) whose sequence is the same in every run and version.</summary>
/// <remarks><c>System.Random</c> promises no stable sequence. Not thread-safe.</remarks>
public sealed class SeededRandom
{
    ulong _a, _b, _c, _d;
    double _spareNormal = double.NaN;

    /// <summary>Starts the sequence that belongs to <paramref name="seed"/>.</summary>
    public SeededRandom(ulong seed)
    {
        _a = Mix(seed += Golden);
        _b = Mix(seed += Golden);
        _c = Mix(seed += Golden);
        _d = Mix(seed + Golden);
    }

    const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A seed of its own for the part of the simulation that <paramref name="part"/> numbers.</summary>
    public static ulong Derive(ulong seed, ulong part) => Mix(Mix(seed + Golden) ^ (part * 0xD6E8FEB86659FD93));

    /// <summary>A number that names <paramref name="text"/>: FNV-1a over its UTF-16 units.</summary>
    public static ulong Name(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * 0x100000001B3;
        }

        return hash;
    }

    // SplitMix64's finaliser.
    static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextRatio() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="count"/>); <paramref name="count"/> must be above 0.</summary>
    public int Below(int count) => (int)(((NextUInt64() >> 32) * (ulong)count) >> 32);

    /// <summary>Uniform, both ends included.</summary>
    public int Between(int lowest, int highest) => lowest + Below(highest - lowest + 1);

    public double Between(double lowest, double highest) => lowest + (NextRatio() * (highest - lowest));

    public bool Chance(double ratio) => NextRatio() < ratio;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Normal with mean 0 and deviation 1 (polar method).</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }

        double u, v, s;
        do
        {
            u = (NextRatio() * 2) - 1;
            v = (NextRatio() * 2) - 1;
            s = (u * u) + (v * v);
        }
        while (s is >= 1 or 0);

        var factor = Math.Sqrt(-2 * Math.Log(s) / s);
        _spareNormal = v * factor;
        return u * factor;
    }

    public double LogNormal(double median, double sigma) => median * Math.Exp(sigma * Normal());

    public double Exponential(double mean) => -mean * Math.Log(1 - NextRatio());

    /// <summary>Gamma with mean 1 and coefficient of variation <paramref name="cv"/> (Marsaglia and Tsang 2000).</summary>
    public double GammaGap(double cv)
    {
        var shape = 1 / (cv * cv);
        var boost = 1.0;
        var wanted = shape;
        if (shape < 1)
        {
            boost = Math.Pow(1 - NextRatio(), 1 / shape);
            shape += 1;
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - NextRatio()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v * boost / wanted;
            }
        }
    }
}
