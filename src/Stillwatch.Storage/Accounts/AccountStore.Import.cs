namespace Stillwatch.Storage.Accounts;

/// <summary>Many records at once.</summary>
public sealed partial class AccountStore
{
    /// <summary>
    /// Takes in records of a file that was last written at <paramref name="fileTime"/>; what acts have set since stays, see <see
    /// cref="RecordMerge"/>.
    /// </summary>
    /// <param name="changed">Told of each record that is new or now differs, after it is on disk.</param>
    public ImportTally ImportFile<T>(RecordKind<T> kind, IEnumerable<T> records, DateTimeOffset fileTime, ChangeNote note, Action<T>? changed = null)
        where T : class
    {
        var fileMs = fileTime.ToUnixTimeMilliseconds();
        return Import(kind, records, note, changed, (stored, stated) =>
            stored is null ? new Recorded<T>(stated)
            : kind.Write(stored.Value) == kind.Write(stated) ? stored
            : RecordMerge.WithFile(kind, stored, stated, _rows.ActsMs(kind, kind.Id(stated)), fileMs));
    }

    /// <summary>Takes in records stated now, which hold over everything before. What a record is silent on stays.</summary>
    /// <param name="changed">Told of each record that is new or now differs, after it is on disk.</param>
    public ImportTally ImportStated<T>(RecordKind<T> kind, IEnumerable<T> records, ChangeNote note, Action<T>? changed = null)
        where T : class
    {
        var nowMs = note.At.ToUnixTimeMilliseconds();
        return Import(kind, records, note, changed, (stored, stated) => RecordMerge.WithStated(kind, stored, stated, nowMs));
    }

    /// <summary>What was last imported of this kind of file; null before the first time.</summary>
    public ImportedFile? LastImport<T>(RecordKind<T> kind)
        where T : class
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT sha256, file_ms FROM imports WHERE kind = $kind";
            command.Parameters.AddWithValue("$kind", kind.Number);
            using var reader = command.ExecuteReader();
            return reader.Read() ? new ImportedFile(reader.GetFieldValue<byte[]>(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1))) : null;
        }
    }

    /// <summary>
    /// Say this when all of a file's records are in: a start that was cut short imports it again, which changes nothing twice.
    /// </summary>
    public void SetLastImport<T>(RecordKind<T> kind, ImportedFile file)
        where T : class
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "INSERT INTO imports VALUES ($kind, $sha256, $file) ON CONFLICT (kind) DO UPDATE SET sha256 = $sha256, file_ms = $file";
            command.Parameters.AddWithValue("$kind", kind.Number);
            command.Parameters.AddWithValue("$sha256", file.Sha256.ToArray());
            command.Parameters.AddWithValue("$file", file.FileTime.ToUnixTimeMilliseconds());
            command.ExecuteNonQuery();
        }
    }

    ImportTally Import<T>(
        RecordKind<T> kind, IEnumerable<T> records, ChangeNote note, Action<T>? changed, Func<Recorded<T>?, T, Recorded<T>> merge)
        where T : class
    {
        var tally = default(ImportTally);
        foreach (var batch in records.Chunk(ImportBatch))
        {
            var different = new List<T>();
            lock (_lock)
            {
                tally += Whole(() => Import(kind, batch, note, different, merge));
            }

            different.ForEach(record => changed?.Invoke(record));
        }

        return tally;
    }

    ImportTally Import<T>(RecordKind<T> kind, T[] batch, ChangeNote note, List<T> different, Func<Recorded<T>?, T, Recorded<T>> merge)
        where T : class
    {
        var (added, changed) = (0, 0);
        foreach (var stated in batch)
        {
            var before = _rows.Find(kind, kind.Id(stated));
            var after = merge(before, stated);
            if (ReferenceEquals(after, before))
            {
                continue;
            }

            _rows.Write(kind, after);
            if (before is null)
            {
                added++; // a record's first appearance is no change, and has no line in the history
                different.Add(after.Value);
            }
            else if (kind.Write(before.Value) != kind.Write(after.Value))
            {
                changed++;
                different.Add(after.Value);
                _rows.Note(kind, before, after, note);
            }
        }

        return new ImportTally(added, changed, batch.Length - added - changed);
    }
}
