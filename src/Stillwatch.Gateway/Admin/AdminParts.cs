using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Recording.Changes;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Admin;

/// <summary>What the admin API shows and does, as the composition root hands it over. Everything here is thread-safe.</summary>
sealed record AdminParts
{
    /// <summary>Null for an open listener, which must have been asked for by name.</summary>
    public required string? Token { get; init; }

    /// <summary>Where every change is told, whoever asks for it; null tells nobody.</summary>
    public AuditLog? Audit { get; init; }

    public required KeyIssuer Keys { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What detection holds now.</summary>
    public required Func<CancellationToken, Task<HeldReport>> Held { get; init; }

    /// <summary>What changes of it.</summary>
    public required ChangeBoard Changes { get; init; }

    public required ExchangeLogReader Exchanges { get; init; }

    public required Func<ExchangeCounts> Counts { get; init; }

    public required Func<Readiness> Readiness { get; init; }

    /// <summary>Accounts the operator's records name, beside those with keys and exchanges.</summary>
    public Func<string, bool> IsRecordedAccount { get; init; } = _ => false;
}
