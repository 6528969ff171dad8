using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Scan;

/// <summary>What a server knows of accounts and organizations, read from its data directory beside it: what its own detection goes by.</summary>
static class StoredRecords
{
    /// <returns>None without a directory, or where no server has written any.</returns>
    /// <exception cref="StorageUnusableException">The records cannot be read.</exception>
    public static IReadOnlyList<AccountRecord> Accounts(DataDirectory? data) => All(data, RecordKinds.Account);

    /// <inheritdoc cref="Accounts"/>
    public static IReadOnlyList<OrganizationRecord> Organizations(DataDirectory? data) => All(data, RecordKinds.Organization);

    static IReadOnlyList<T> All<T>(DataDirectory? data, RecordKind<T> kind)
        where T : class
    {
        if (data is null || !File.Exists(data.AccountsPath))
        {
            return [];
        }

        using var store = AccountStore.OpenToRead(data.AccountsPath);
        return store.All(kind);
    }
}
