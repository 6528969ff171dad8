using System.Text;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Exchanges;

/// <summary>What the operator's files say of accounts, under keyed names. Immutable; countries are left out on purpose.</summary>
public sealed class AccountDirectory
{
    readonly Dictionary<ulong, AccountFacts> _facts = [];

    public AccountDirectory(DetectionKey key, IEnumerable<AccountRecord> accounts)
    {
        foreach (var record in accounts)
        {
            _facts.TryAdd(key.Name(TraitKind.None, Encoding.UTF8.GetBytes(record.Account)), FactsOf(key, record));
        }
    }

    /// <summary>A directory that knows nobody: a scan of logs alone.</summary>
    public static AccountDirectory Empty(DetectionKey key) => new(key, []);

    public int Count => _facts.Count;

    public bool HasPayments { get; private set; }

    public bool HasAges { get; private set; }

    public AccountFacts? this[ulong account] => _facts.GetValueOrDefault(account);

    AccountFacts FactsOf(DetectionKey key, AccountRecord record)
    {
        HasPayments |= record.Payment is not null;
        HasAges |= record.Created is not null;
        ulong Name(TraitKind kind, string? value) => value is null ? 0 : key.Name(kind, Encoding.UTF8.GetBytes(value));
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
