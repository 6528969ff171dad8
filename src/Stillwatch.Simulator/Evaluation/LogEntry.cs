using System.Text.Json;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>What evaluation needs of a log line.</summary>
/// <param name="TimeMs">Unix time, milliseconds.</param>
public readonly record struct LogEntry(string Id, string Account, long TimeMs)
{
    /// <summary>Reads one line of contract 5.1; false when it is no exchange with id, account and time. Stops as soon as it has all three.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out LogEntry entry)
    {
        entry = default;
        string? id = null, account = null;
        long? time = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while ((id is null || account is null || time is null) && json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isAccount, isTime) = (json.ValueTextEquals("id"u8), json.ValueTextEquals("account"u8), json.ValueTextEquals("time"u8));
                json.Read();
                if (json.TokenType != JsonTokenType.String)
                {
                    json.Skip();
                }
                else if (isId)
                {
                    id = json.GetString();
                }
                else if (isAccount)
                {
                    account = json.GetString();
                }
                else if (isTime && json.TryGetDateTimeOffset(out var at))
                {
                    time = at.ToUnixTimeMilliseconds();
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        if (id is null || account is null || time is null)
        {
            return false;
        }

        entry = new LogEntry(id, account, time.Value);
        return true;
    }
}
