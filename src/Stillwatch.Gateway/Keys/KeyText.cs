using System.Security.Cryptography;

namespace Stillwatch.Gateway.Keys;

/// <summary>The text of a key, <c>sk-sw-&lt;id&gt;-&lt;secret&gt;</c>: letters and digits of fixed lengths, so it is read in one way only.</summary>
static class KeyText
{
    /// <summary>Of 62 characters: 71 bits, so that ids do not meet.</summary>
    public const int IdLength = 12;

    /// <summary>Of 62 characters: 256 bits.</summary>
    public const int SecretLength = 43;

    public const int Length = PrefixLength + IdLength + 1 + SecretLength;

    const int PrefixLength = 6;
    const string Prefix = "sk-sw-";
    const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string CreateRandom() =>
        $"{Prefix}{RandomNumberGenerator.GetString(Alphabet, IdLength)}-{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";

    /// <summary>The public id of a well-formed key.</summary>
    /// <returns>False for anything else; what is wrong is public knowledge, so this need not take constant time.</returns>
    public static bool TryGetId(ReadOnlySpan<char> key, out ReadOnlySpan<char> id)
    {
        id = default;
        if (key.Length != Length || !key.StartsWith(Prefix) || key[PrefixLength + IdLength] != '-')
        {
            return false;
        }

        id = key.Slice(PrefixLength, IdLength);
        return !id.ContainsAnyExcept(Letters) && !key[^SecretLength..].ContainsAnyExcept(Letters);
    }

    static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create(Alphabet);
}
