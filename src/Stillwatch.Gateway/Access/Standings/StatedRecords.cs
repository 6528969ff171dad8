using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>Brings the configuration's files of accounts and organizations (contract 5.2) into the register, at start.</summary>
/// <remarks>
/// A file whose content is the one last imported is left alone. Of another one every record is taken in, but what an act has set since
/// stays: see <see cref="RecordMerge"/>. A record that has left the file stays too; nothing is deleted.
/// </remarks>
static partial class StatedRecords
{
    const double MaxBadRatio = 0.01;

    /// <exception cref="StorageUnusableException">A file cannot be read, or over 1 % of its lines are no records: an account left out
    /// would be judged without them.</exception>
    public static void Import(GatewayConfig config, AccountRegister register, ILogger log)
    {
        // Organizations first: the standings of accounts are then put together once.
        if (config.Organizations is { } organizations)
        {
            Import(organizations, RecordKinds.Organization, RecordFile.ReadOrganizations, Fault, register, register.Standings.Set, log);
        }

        if (config.Accounts is { } accounts)
        {
            Import(accounts, RecordKinds.Account, RecordFile.ReadAccounts, Fault, register, register.Standings.Set, log);
        }
    }

    static (OrganizationRecord?, string?) Fault(OrganizationRecord record) => RecordCheck.TryClean(record, out var clean, out var fault) ? (clean, null) : (null, fault);

    static (AccountRecord?, string?) Fault(AccountRecord record) => RecordCheck.TryClean(record, out var clean, out var fault) ? (clean, null) : (null, fault);

    static void Import<T>(
        string path, RecordKind<T> kind, Func<string, RecordFile<T>> read, Func<T, (T? Clean, string? Fault)> check, AccountRegister register, Action<T> set, ILogger log)
        where T : class
    {
        try
        {
            var file = new ImportedFile(Digest(path), File.GetLastWriteTimeUtc(path));
            if (register.Store.LastImport(kind) is { } last && last.Sha256.Span.SequenceEqual(file.Sha256.Span))
            {
                return;
            }

            var records = read(path);
            var clean = new List<T>(records.Records.Count);
            foreach (var record in records.Records)
            {
                var (good, fault) = check(record);
                if (good is not null)
                {
                    clean.Add(good);
                }
                else
                {
                    LogBadRecord(log, path, kind.Name, kind.Id(record), fault!);
                }
            }

            var bad = records.Records.Count - clean.Count;
            if (records.IsUntrustworthy || bad > MaxBadRatio * records.Records.Count)
            {
                throw new StorageUnusableException(
                    $"{path}: over 1 % of its lines are no records of contract 5.2, or name a country, programme or licence that does not exist"
                    + $" ({FirstFault(records.Records, check) ?? "`stillwatch scan` with this file names the lines"}). Correct it, or leave it out.");
            }

            var note = register.Note(ChangeSource.File, Path.GetFileName(path), "the file says so");
            var tally = register.ImportFile(kind, clean, file, note, set);
            LogImported(log, path, tally.Added, tally.Changed, tally.Unchanged, bad + records.Rejected.Sum(rejection => rejection.Count));
        }
        catch (Exception e) when (e is LogUnreadableException or UnauthorizedAccessException or FileNotFoundException)
        {
            throw new StorageUnusableException(e.Message, e);
        }
    }

    static string? FirstFault<T>(IEnumerable<T> records, Func<T, (T? Clean, string? Fault)> check) => records.Select(record => check(record).Fault).FirstOrDefault(fault => fault is not null);

    static byte[] Digest(string path)
    {
        using var file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    [LoggerMessage(1650, LogLevel.Information, "{Path} was read: {Added} records are new, {Changed} changed, {Unchanged} are as they were, {Bad} lines were left out")]
    static partial void LogImported(ILogger log, string path, long added, long changed, long unchanged, long bad);

    [LoggerMessage(1651, LogLevel.Warning, "{Path}: the record of the {Kind} {Id} was left out: {Fault}")]
    static partial void LogBadRecord(ILogger log, string path, string kind, string id, string fault);
}
