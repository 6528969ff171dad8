using System.Text;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Exchanges;

/// <summary>What the operator's records say of accounts, under keyed names. Countries are left out on purpose.</summary>
/// <remarks>Records change while a server runs: whoever owns the detectors that read this calls <see cref="Learn"/> between their calls, never beside them.</remarks>
public sealed class AccountDirectory
{
    readonly Dictionary<ulong, AccountFacts> _facts = [];
    readonly DetectionKey _key;

    public AccountDirectory(DetectionKey key, IEnumerable<AccountRecord> accounts)
    {
        _key = key;
        foreach (var record in accounts)
        {
            _facts.TryAdd(NameOf(record), FactsOf(record));
        }
    }

    /// <summary>A directory that knows nobody: a scan of logs alone.</summary>
    public static AccountDirectory Empty(DetectionKey key) => new(key, []);

    public int Count => _facts.Count;

    public bool HasPayments { get; private set; }

    public bool HasAges { get; private set; }

    public AccountFacts? this[ulong account] => _facts.GetValueOrDefault(account);

    /// <summary>Replaces what is known of an account by what its record says now; returns the account's keyed name.</summary>
    public ulong Learn(AccountRecord record)
    {
        var name = NameOf(record);
        _facts[name] = FactsOf(record);
        return name;
    }

    ulong NameOf(AccountRecord record) => _key.Name(TraitKind.None, Encoding.UTF8.GetBytes(record.Account));

    AccountFacts FactsOf(AccountRecord record)
    {
        HasPayments |= record.Payment is not null;
        HasAges |= record.Created is not null;
        ulong Name(TraitKind kind, string? value) => value is null ? 0 : _key.Name(kind, Encoding.UTF8.GetBytes(value));
        return new AccountFacts(
            Name(TraitKind.None, record.Organization),
            record.Created?.ToUnixTimeMilliseconds(),
            record.Verification,
            record.Licence,
            Name(TraitKind.Payment, record.Payment),
            Name(TraitKind.PaymentBin, record.PaymentBin),
            Name(TraitKind.Device, record.Device),
            Name(TraitKind.EmailDomain, record.EmailDomain),
            Name(TraitKind.Referral, record.Referral),
            record.Programme is not null,
            record.Status is null or "active");
    }
}

/// <summary>One account's record, keyed. Zero means unknown.</summary>
public sealed record AccountFacts(
    ulong Organization, long? CreatedMs, VerificationLevel? Verification, Licence? Licence,
    ulong Payment, ulong PaymentBin, ulong Device, ulong EmailDomain, ulong Referral, bool InProgramme, bool Active);
