namespace Stillwatch.Engine.Exchanges;

/// <summary>Reads times as RFC 3339 writes them: <c>2026-02-01T00:00:00.123Z</c> or with an offset.</summary>
/// <remarks>A time without a zone is refused: read as local it would mean something else on every machine.</remarks>
public static class Rfc3339
{
    const int ShortestLength = 20;

    /// <param name="unixMs">Milliseconds since 1970 UTC; finer digits are cut off.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        unixMs = 0;
        if (text.Length < ShortestLength
            || !Number(text, 0, 4, out var year) || text[4] != '-'
            || !Number(text, 5, 2, out var month) || text[7] != '-'
            || !Number(text, 8, 2, out var day) || (text[10] | 0x20) is not ('t' or ' ')
            || !Number(text, 11, 2, out var hour) || text[13] != ':'
            || !Number(text, 14, 2, out var minute) || text[16] != ':'
            || !Number(text, 17, 2, out var second))
        {
            return false;
        }

        // A leap second (60) is allowed by the format and counts as the second after it.
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        if (!Fraction(text[19..], out var milliseconds, out var length) || !Offset(text[(19 + length)..], out var offsetMinutes))
        {
            return false;
        }

        var days = new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        unixMs = ((((days * 24L) + hour) * 60 + minute - offsetMinutes) * 60 + second) * 1000 + milliseconds;
        return true;
    }

    static bool Fraction(ReadOnlySpan<byte> text, out int milliseconds, out int length)
    {
        milliseconds = length = 0;
        if (text[0] != '.')
        {
            return true;
        }

        var digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0)
        {
            return false;
        }

        for (var i = 0; i < 3; i++)
        {
            milliseconds = (milliseconds * 10) + (i < digits ? text[1 + i] - '0' : 0);
        }

        length = digits + 1;
        return true;
    }

    static bool Offset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
        {
            return (text[0] | 0x20) == 'z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Number(text, 1, 2, out var hours) || !Number(text, 4, 2, out minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        minutes += hours * 60;
        minutes = text[0] == '-' ? -minutes : minutes;
        return true;
    }

    static bool Number(ReadOnlySpan<byte> text, int start, int digits, out int value)
    {
        value = 0;
        foreach (var digit in text.Slice(start, digits))
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
