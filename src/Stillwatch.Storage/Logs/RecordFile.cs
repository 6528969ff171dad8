using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Logs;

/// <summary>An accounts, organizations or apps file (contract 5.2), read whole. Of two records with one id the first is kept.</summary>
/// <param name="Records">In the order of the file.</param>
/// <param name="Rejected">What was skipped, by reason, with the first line of each.</param>
/// <param name="IsUntrustworthy">Over 1 % of its lines are bad, or it is cut off. Duplicates are no damage: the first one counts.</param>
public sealed record RecordFile<T>(IReadOnlyList<T> Records, IReadOnlyList<Rejection> Rejected, bool IsUntrustworthy = false);

/// <summary>Reads the record files. They may be compressed like a log.</summary>
public static class RecordFile
{
    const int BlockBytes = 256 * 1024;

    /// <summary>No honest record is longer.</summary>
    const int MaxLineBytes = 1024 * 1024;

    const double MaxBadRatio = 0.01;

    delegate bool LineParser<T>(ReadOnlySpan<byte> line, out T? record, out RejectReason reason);

    /// <exception cref="LogUnreadableException">The file cannot be opened.</exception>
    public static RecordFile<AccountRecord> ReadAccounts(string path) =>
        Read<AccountRecord>(path, RecordLine.TryParse, static record => record.Account);

    /// <exception cref="LogUnreadableException">The file cannot be opened.</exception>
    public static RecordFile<OrganizationRecord> ReadOrganizations(string path) =>
        Read<OrganizationRecord>(path, RecordLine.TryParse, static record => record.Organization);

    /// <exception cref="LogUnreadableException">The file cannot be opened.</exception>
    public static RecordFile<AppRecord> ReadApps(string path) =>
        Read<AppRecord>(path, RecordLine.TryParse, static record => record.App);

    static RecordFile<T> Read<T>(string path, LineParser<T> parse, Func<T, string> id)
    {
        if (!File.Exists(path))
        {
            throw new LogUnreadableException(Directory.Exists(path)
                ? $"{path} is a directory: name the file in it, JSON Lines, one record a line"
                : $"no file {path}: name a file of JSON Lines, one record a line");
        }

        var records = new List<T>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var rejected = new RejectionTally();
        using var reader = new LineReader(LogFile.At(path).Open(), MaxLineBytes);
        while (reader.Next(BlockBytes) is { } block)
        {
            using (block)
            {
                for (var i = 0; i < block.Count; i++)
                {
                    var line = block.FirstLine + i;
                    if (block.IsTooLong(i))
                    {
                        rejected.Add(RejectReason.LineTooLong, path, line);
                    }
                    else if (block[i].IndexOfAnyExcept(" \t\r"u8) < 0)
                    {
                        continue;
                    }
                    else if (!parse(block[i], out var record, out var reason))
                    {
                        rejected.Add(reason, path, line);
                    }
                    else if (!ids.Add(id(record!)))
                    {
                        rejected.Add(RejectReason.DuplicateRecord, path, line);
                    }
                    else
                    {
                        records.Add(record!);
                    }
                }

                if (block.IsTruncated)
                {
                    rejected.Add(RejectReason.TruncatedFile, path, block.FirstLine + block.Count);
                }
            }
        }

        var list = rejected.ToList();
        var bad = list.Where(rejection => rejection.Reason != RejectionTally.NameOf(RejectReason.DuplicateRecord)).Sum(rejection => rejection.Count);
        return new RecordFile<T>(records, list, rejected.HasTruncatedFile || bad > MaxBadRatio * (bad + records.Count));
    }
}
