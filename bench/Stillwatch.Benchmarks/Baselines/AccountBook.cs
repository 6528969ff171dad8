using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Benchmarks.Baselines;

/// <summary>The accounts of a run by index, with what the operator's records say of them, as numbers. Nothing here is truth.</summary>
internal sealed class AccountBook
{
    readonly Dictionary<string, int> _places = [];
    readonly List<ulong> _parties = [];
    readonly List<ulong> _payments = [];
    readonly List<ulong> _devices = [];
    readonly List<bool> _licences = [];

    /// <param name="accounts">Every account of the run, whether or not its record may be used.</param>
    /// <param name="withRecords">False: logs alone; then the organization is known from the log only.</param>
    public AccountBook(IEnumerable<AccountRecord> accounts, bool withRecords)
    {
        foreach (var record in accounts)
        {
            _places.Add(record.Account, _parties.Count);
            _parties.Add(Name("organization", record.Organization ?? record.Account));
            _payments.Add(withRecords ? Name("payment", record.Payment) : 0);
            _devices.Add(withRecords ? Name("device", record.Device) : 0);
            _licences.Add(withRecords && record.Licence is not null);
        }
    }

    public int Count => _parties.Count;

    public int this[string account] => _places[account];

    /// <summary>
    /// The organization, or the account itself when it has none: accounts of one party are openly linked and prove nothing to each other.
    /// </summary>
    public ulong Party(int account) => _parties[account];

    /// <summary>0 when unknown.</summary>
    public ulong Payment(int account) => _payments[account];

    /// <summary>0 when unknown.</summary>
    public ulong Device(int account) => _devices[account];

    /// <summary>Whether a licence is on record: no operator would act on such an account, whatever detector told him to.</summary>
    public bool IsLicensed(int account) => _licences[account];

    static ulong Name(string kind, string? value)
        => value is null ? 0 : Hash64.Join(Hash64.Of(Encoding.UTF8.GetBytes(kind)), Hash64.Of(Encoding.UTF8.GetBytes(value)));
}
