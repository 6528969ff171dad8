using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Storage;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Recording;

/// <summary>What the operator's files say of accounts and apps (contract 5.2), read once at start.</summary>
sealed record OperatorRecords(IReadOnlyList<AccountRecord> Accounts, IReadOnlyList<AppRecord> Apps)
{
    /// <exception cref="StorageUnusableException">A file is missing or too bad to trust: an account left out would be judged without its records.</exception>
    public static OperatorRecords Read(GatewayConfig config)
    {
        try
        {
            var accounts = config.Accounts is { } a ? RecordFile.ReadAccounts(a) : new RecordFile<AccountRecord>([], []);
            var apps = config.Apps is { } p ? RecordFile.ReadApps(p) : new RecordFile<AppRecord>([], []);
            return accounts.IsUntrustworthy ? throw Bad(config.Accounts!) : apps.IsUntrustworthy ? throw Bad(config.Apps!) : new(accounts.Records, apps.Records);
        }
        catch (LogUnreadableException e)
        {
            throw new StorageUnusableException(e.Message, e);
        }
    }

    static StorageUnusableException Bad(string path) =>
        new($"{path}: over 1 % of its lines are no records of contract 5.2; `stillwatch scan` with this file names the lines. Correct it, or leave it out.");
}
