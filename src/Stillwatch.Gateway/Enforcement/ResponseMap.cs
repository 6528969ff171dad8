using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>Every response in force, as the data plane sees it: one immutable snapshot, swapped whole. A lookup costs nanoseconds and allocates nothing.</summary>
/// <param name="responses">Accounts above observe only.</param>
sealed class ResponseMap(IReadOnlyDictionary<string, AccountResponse> responses)
{
    readonly FrozenDictionary<string, AccountResponse> _responses = responses.ToFrozenDictionary(StringComparer.Ordinal);

    public static ResponseMap Empty { get; } = new(new Dictionary<string, AccountResponse>());

    public int Count => _responses.Count;

    /// <summary>By account; ended ones may still be among them.</summary>
    public IReadOnlyDictionary<string, AccountResponse> All => _responses;

    /// <summary>False when nothing is done to the account, or no longer.</summary>
    public bool TryGet(string account, DateTimeOffset now, [NotNullWhen(true)] out AccountResponse? response)
    {
        response = _responses.TryGetValue(account, out var found) && now < found.Until ? found : null;
        return response is not null;
    }
}
