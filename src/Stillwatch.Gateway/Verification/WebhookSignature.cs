using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Gateway.Verification;

/// <summary>
/// The signature of a webhook: <c>t=UNIX-SECONDS,v1=HEX[,v1=HEX]</c>, each HEX the HMAC-SHA-256 of <c>{t}.{body}</c> under a shared
/// secret.
/// </summary>
/// <remarks>The time is signed, so a recorded delivery is worthless once the tolerance has passed. Several secrets and several <c>v1</c>
/// let either side change its secret first.</remarks>
static class WebhookSignature
{
    public const string Header = "stillwatch-signature";

    const int MacBytes = 32;

    /// <summary>Two suffice for a change of secrets; a long list would buy work with one header.</summary>
    const int MaxMacs = 8;

    const int MaxHeaderLength = 1024;

    /// <summary>
    /// Whether somebody who knows one of the secrets signed this body near <paramref name="now"/>. Takes as long for a wrong signature as
    /// for a right one.
    /// </summary>
    /// <param name="signedAt">The time that was signed.</param>
    public static bool IsValid(string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, TimeSpan tolerance, DateTimeOffset now, out DateTimeOffset signedAt)
    {
        signedAt = default;
        if (header is null || header.Length > MaxHeaderLength || !TryParse(header, out var time, out var macs))
        {
            return false;
        }

        var isSigned = false;
        foreach (var secret in secrets)
        {
            var expected = Mac(secret, time, body);
            foreach (var mac in macs)
            {
                isSigned |= CryptographicOperations.FixedTimeEquals(expected, mac); // no early end: which secret it was is nobody's business
            }
        }

        // Only seconds that a clock can show: a signed time beyond them is as wrong as one that is too far.
        if (!isSigned || Math.Abs(time - (double)now.ToUnixTimeSeconds()) > tolerance.TotalSeconds)
        {
            return false;
        }

        signedAt = DateTimeOffset.FromUnixTimeSeconds(time);
        return true;
    }

    /// <summary>The header a vendor sends.</summary>
    public static string Sign(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var time = at.ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"t={time},v1={Convert.ToHexStringLower(Mac(secret, time, body))}");
    }

    static byte[] Mac(string secret, long time, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}.")));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }

    static bool TryParse(string header, out long time, out List<byte[]> macs)
    {
        (time, macs) = (0, []);
        var hasTime = false;
        foreach (var range in header.AsSpan().Split(','))
        {
            var part = header.AsSpan(range).Trim();
            if (part.StartsWith("t=", StringComparison.Ordinal))
            {
                // As it is signed: digits and nothing else, so that the text of the time is the time.
                if (hasTime || part.Length > 14 || part[2..].StartsWith("0") || !long.TryParse(part[2..], NumberStyles.None, CultureInfo.InvariantCulture, out time))
                {
                    return false;
                }

                hasTime = true;
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal))
            {
                var mac = new byte[MacBytes];
                if (part.Length != 3 + (2 * MacBytes) || macs.Count == MaxMacs
                    || Convert.FromHexString(part[3..], mac, out _, out _) != System.Buffers.OperationStatus.Done)
                {
                    return false;
                }

                macs.Add(mac);
            }
        }

        return hasTime && macs.Count > 0; // other schemes beside v1 are passed over
    }
}
