using System.Security.Cryptography;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Storage;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Recording;

/// <summary>What the operator's file says of apps (contract 5.2), read once at start.</summary>
static class OperatorRecords
{
    /// <exception cref="StorageUnusableException">The file is missing or too bad to trust: an app left out would be judged without its record.</exception>
    public static IReadOnlyList<AppRecord> ReadApps(GatewayConfig config)
    {
        try
        {
            var apps = config.Apps is { } path ? RecordFile.ReadApps(path) : new RecordFile<AppRecord>([], []);
            return apps.IsUntrustworthy
                ? throw new StorageUnusableException(
                    $"{config.Apps}: over 1 % of its lines are no records of contract 5.2; `stillwatch scan` with this file names the lines. Correct it, or leave it out.")
                : apps.Records;
        }
        catch (LogUnreadableException e)
        {
            throw new StorageUnusableException(e.Message, e);
        }
    }

    /// <summary>Tells one apps file from another; empty without one. The file was read before.</summary>
    public static string AppsHash(GatewayConfig config) => config.Apps is { } path ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : "";
}
