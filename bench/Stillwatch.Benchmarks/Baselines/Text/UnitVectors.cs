using System.Numerics;

namespace Stillwatch.Benchmarks.Baselines.Text;

/// <summary>Arithmetic of unit vectors, and their form of one byte per component.</summary>
internal static class UnitVectors
{
    /// <summary>The cosine; both spans have <see cref="TextEncoder.Dimensions"/> components.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (first, second) = (Vector<float>.Zero, Vector<float>.Zero);
        var width = Vector<float>.Count;
        for (var at = 0; at < a.Length; at += 2 * width)
        {
            first += new Vector<float>(a[at..]) * new Vector<float>(b[at..]);
            second += new Vector<float>(a[(at + width)..]) * new Vector<float>(b[(at + width)..]);
        }

        return Vector.Sum(first + second);
    }

    public static void Pack(ReadOnlySpan<float> vector, Span<sbyte> into)
    {
        var most = 0f;
        foreach (var part in vector)
        {
            most = Math.Max(most, Math.Abs(part));
        }

        for (var at = 0; at < vector.Length; at++)
        {
            into[at] = (sbyte)MathF.Round(vector[at] / most * sbyte.MaxValue);
        }
    }

    /// <summary>Back to length 1; an angle is off by about a hundredth of a radian at most.</summary>
    public static void Unpack(ReadOnlySpan<sbyte> packed, Span<float> into)
    {
        var length = 0f;
        for (var at = 0; at < packed.Length; at++)
        {
            into[at] = packed[at];
            length += into[at] * into[at];
        }

        length = MathF.Sqrt(length);
        for (var at = 0; at < packed.Length; at++)
        {
            into[at] /= length;
        }
    }
}
