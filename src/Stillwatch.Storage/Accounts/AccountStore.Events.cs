namespace Stillwatch.Storage.Accounts;

/// <summary>Verification events that came, so that each counts once.</summary>
public sealed partial class AccountStore
{
    /// <summary>
    /// How long an event's id is known. Vendors repeat a delivery for days; what is older than its signature's tolerance is refused
    /// before it gets here.
    /// </summary>
    public static readonly TimeSpan EventMemory = TimeSpan.FromDays(30);

    /// <summary>Null when this id has not come, or longer ago than <see cref="EventMemory"/>.</summary>
    public SeenEvent? FindEvent(string id)
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT sha256, at_ms, outcome FROM events WHERE id = $id";
            command.Parameters.AddWithValue("$id", id);
            using var reader = command.ExecuteReader();
            return reader.Read() ? new SeenEvent(id, reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.GetString(2)) : null;
        }
    }

    void Remember(SeenEvent seen)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "DELETE FROM events WHERE at_ms < $before; INSERT INTO events VALUES ($id, $sha256, $at, $outcome)";
        command.Parameters.AddWithValue("$before", seen.AtMs - (long)EventMemory.TotalMilliseconds);
        command.Parameters.AddWithValue("$id", seen.Id);
        command.Parameters.AddWithValue("$sha256", seen.Sha256.ToArray());
        command.Parameters.AddWithValue("$at", seen.AtMs);
        command.Parameters.AddWithValue("$outcome", seen.Outcome);
        command.ExecuteNonQuery();
    }
}
