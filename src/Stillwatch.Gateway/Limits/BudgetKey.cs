using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Stillwatch.Gateway.Limits;

/// <summary>Names one budget: rule, subject and, for a budget per model, model, as 128 bits.</summary>
/// <remarks>
/// Each part is hashed once (XxHash128, seeded with a secret of this process and the part's domain), and the three are combined by
/// exclusive
/// or, as a Zobrist key is. Two of a million budgets meet by chance with a probability under 2^-88. Of the parts a client chooses the
/// model's
/// name alone, and without the seed it cannot prepare one; what it could win is to share budgets that are its own anyway.
/// </remarks>
readonly struct BudgetKey(UInt128 value) : IEquatable<BudgetKey>
{
    /// <summary>As many as there are bits in a mask of stripes.</summary>
    public const int Stripes = 64;

    static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    readonly ulong _high = (ulong)(value >> 64);
    readonly ulong _low = (ulong)value;

    public int Stripe => (int)(_high >> 58);

    public static UInt128 HashRule(ReadOnlySpan<char> identity) => Hash(identity, 0);

    public static UInt128 HashSubject(ReadOnlySpan<char> subject) => Hash(subject, 1);

    public static UInt128 HashModel(ReadOnlySpan<char> model) => Hash(model, 2);

    public bool Equals(BudgetKey other) => _low == other._low && _high == other._high;

    public override bool Equals(object? other) => other is BudgetKey key && Equals(key);

    public override int GetHashCode() => (int)_low;

    static UInt128 Hash(ReadOnlySpan<char> text, int domain) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text), Seed + domain);
}
