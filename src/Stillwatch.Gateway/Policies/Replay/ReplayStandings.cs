using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>What the operator's records say of accounts, as far as limits, levels and the table of classes need it. Immutable.</summary>
sealed class ReplayStandings(ReplayInputs inputs)
{
    readonly Dictionary<string, AccountRecord> _accounts =
        inputs.Accounts.DistinctBy(record => record.Account, StringComparer.Ordinal).ToDictionary(record => record.Account, StringComparer.Ordinal);

    readonly Dictionary<string, OrganizationRecord> _organizations = inputs.Organizations
        .DistinctBy(record => record.Organization, StringComparer.Ordinal).ToDictionary(record => record.Organization, StringComparer.Ordinal);

    /// <summary>The record, or one with nothing but the id.</summary>
    public AccountRecord Of(string account) => _accounts.GetValueOrDefault(account) ?? new AccountRecord { Account = account };

    /// <summary>The account's own level, or its organization's when that is higher.</summary>
    public VerificationLevel LevelOf(AccountRecord account, string? organization)
    {
        var own = account.Verification ?? VerificationLevel.None;
        var name = account.Organization ?? organization;
        var shared = name is null ? null : _organizations.GetValueOrDefault(name)?.Verification;
        return shared > own ? shared.Value : own;
    }

    public string ClassOf(string account)
    {
        if (inputs.ClassByTruth(account) is { } truth)
        {
            return truth;
        }

        return !_accounts.TryGetValue(account, out var record) ? "no record"
            : record.Licence is { } licence ? $"licence {licence.Purpose}"
            : record.Programme is { } programme ? $"programme {programme}"
            : record.Organization is not null ? "in an organization"
            : $"level {(record.Verification ?? VerificationLevel.None).ToString().ToLowerInvariant()}";
    }
}
