using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Admin;

/// <summary>An answer with the HTTP status it has on the wire: a value, or a fault.</summary>
sealed record DeskAnswer<T>(int Status, T? Value, AdminFault? Fault)
    where T : class;

/// <summary>What operators see and change of accounts and organizations. Thread-safe.</summary>
/// <param name="knowsAccount">Whether an account without a record exists all the same, since it has a key or exchanges.</param>
sealed class AccountDesk(AccountRegister register, TimeProvider time, Func<string, bool> knowsAccount)
{
    public const int MaxPage = 1000;

    const int HistoryLines = 100;
    const int MaxReason = 1000;

    public AccountRegister Register => register;

    /// <param name="query">With a limit of 1 to <see cref="MaxPage"/>.</param>
    public AccountList List(AccountQuery query)
    {
        var found = register.Store.Accounts(query);
        return new AccountList([.. found.Select(account => View(account, null))], found.Count == query.Limit ? found[^1].Value.Account : null);
    }

    public DeskAnswer<AccountView> Show(string account) => Found(account) is { } found ? Shown(account, found) : Unknown(account);

    public DeskAnswer<AccountView> Set(string account, AccountOrder order)
    {
        var fault = Signed(order.By, order.Reason) ?? RecordCheck.Id("account", account)
            ?? (order.Status is null or "" or "active" or "suspended" or "closed" ? null : $"status {order.Status}: name {RecordCheck.Statuses}");
        return fault is null
            ? Edit(account, order.Create, register.Note(ChangeSource.Api, order.By!, order.Reason!), record => record with
            {
                Verification = order.Level ?? record.Verification,
                Status = order.Status ?? record.Status,
                Programme = order.Programme ?? record.Programme,
                Organization = order.Organization ?? record.Organization,
                DeclaredCountry = order.DeclaredCountry ?? record.DeclaredCountry,
                VerifiedCountry = order.VerifiedCountry ?? record.VerifiedCountry,
                PhoneCountry = order.PhoneCountry ?? record.PhoneCountry,
                BillingCountry = order.BillingCountry ?? record.BillingCountry,
            })
            : new DeskAnswer<AccountView>(400, null, new AdminFault("invalid_request", $"{fault}."));
    }

    /// <summary>Registers a purpose, in place of the one that was there.</summary>
    public DeskAnswer<AccountView> Grant(string account, LicenceOrder order)
    {
        var licence = new Licence(order.Purpose ?? "", order.Scope, order.Until, order.By);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var fault = Signed(order.By, order.Reason) ?? RecordCheck.Id("account", account) ?? RecordCheck.Of(licence)
            ?? (order.Until < today ? $"until {order.Until:yyyy-MM-dd}: that day is over" : null);
        return fault is null
            ? Edit(account, order.Create, register.Note(ChangeSource.Api, order.By!, order.Reason!), record => record with { Licence = licence })
            : new DeskAnswer<AccountView>(400, null, new AdminFault("invalid_request", $"{fault}."));
    }

    public DeskAnswer<AccountView> Revoke(string account, RevocationOrder order) =>
        Signed(order.By, order.Reason) is { } fault ? new DeskAnswer<AccountView>(400, null, new AdminFault("invalid_request", $"{fault}."))
        : Found(account) is { } found && found.Value.Licence is null ? new DeskAnswer<AccountView>(409, null, new AdminFault("no_licence", $"The account {account} has no licence to revoke."))
        : Edit(account, false, register.Note(ChangeSource.Api, order.By!, order.Reason!), record => record with { Licence = null });

    public OrganizationList Organizations(string? after, int limit)
    {
        var found = register.Store.Organizations(after, limit);
        return new OrganizationList([.. found.Select(organization => View(organization, null))], found.Count == limit ? found[^1].Value.Organization : null);
    }

    public DeskAnswer<OrganizationView> ShowOrganization(string organization) =>
        register.Store.Find(RecordKinds.Organization, organization) is { } found ? Shown(organization, found)
        : register.Standings.MembersOf(organization) > 0 ? Shown(organization, new Recorded<OrganizationRecord>(new OrganizationRecord { Organization = organization }))
        : UnknownOrganization(organization);

    public DeskAnswer<OrganizationView> SetOrganization(string organization, OrganizationOrder order)
    {
        var fault = Signed(order.By, order.Reason) ?? RecordCheck.Id("organization", organization);
        OrganizationRecord? made = null;
        if (fault is not null)
        {
            return new DeskAnswer<OrganizationView>(400, null, new AdminFault("invalid_request", $"{fault}."));
        }

        var isKnown = order.Create || register.Standings.MembersOf(organization) > 0;
        var changed = register.Change(organization, stored =>
        {
            if (stored is null && !isKnown)
            {
                return null;
            }

            var before = stored?.Value ?? new OrganizationRecord { Organization = organization };
            var edited = before with
            {
                Verification = order.Level ?? before.Verification, Country = order.Country ?? before.Country, Owners = order.Owners ?? before.Owners,
            };
            return RecordCheck.TryClean(edited, out made, out fault) ? After(RecordKinds.Organization, stored, made) : stored;
        }, register.Note(ChangeSource.Api, order.By!, order.Reason!));
        return fault is not null ? new DeskAnswer<OrganizationView>(400, null, new AdminFault("invalid_request", $"{fault}."))
            : changed is null ? UnknownOrganization(organization)
            : Shown(organization, changed);
    }

    DeskAnswer<AccountView> Edit(string account, bool create, ChangeNote note, Func<AccountRecord, AccountRecord> edit)
    {
        string? fault = null;
        var mayMake = create || register.Standings.HasAccount(account) || knowsAccount(account);
        var changed = register.Change(account, stored =>
        {
            if (stored is null && !mayMake)
            {
                return null;
            }

            return RecordCheck.TryClean(edit(stored?.Value ?? new AccountRecord { Account = account }), out var made, out fault)
                ? After(RecordKinds.Account, stored, made)
                : stored;
        }, note);
        return fault is not null ? new DeskAnswer<AccountView>(400, null, new AdminFault("invalid_request", $"{fault}."))
            : changed is null ? Unknown(account)
            : Shown(account, changed);
    }

    // A level an operator sets does not run out.
    static Recorded<T> After<T>(RecordKind<T> kind, Recorded<T>? stored, T made)
        where T : class =>
        stored is null ? new Recorded<T>(made)
        : kind.Tracked.All(member => member.Read(stored.Value) == member.Read(made)) ? stored
        : kind.Level(stored.Value) == kind.Level(made) ? stored with { Value = made }
        : stored with { Value = made, LevelUntilMs = null, LevelAfter = null };

    Recorded<AccountRecord>? Found(string account) =>
        register.Store.Find(RecordKinds.Account, account) ?? (knowsAccount(account) ? new Recorded<AccountRecord>(new AccountRecord { Account = account }) : null);

    DeskAnswer<AccountView> Shown(string account, Recorded<AccountRecord> found) =>
        new(200, View(found, register.Store.History(RecordKinds.Account, account, HistoryLines)), null);

    DeskAnswer<OrganizationView> Shown(string organization, Recorded<OrganizationRecord> found) =>
        new(200, View(found, register.Store.History(RecordKinds.Organization, organization, HistoryLines)), null);

    AccountView View(Recorded<AccountRecord> account, IReadOnlyList<RecordChange>? history)
    {
        var standing = register.Standings.Of(account.Value.Account, null);
        return new AccountView(account.Value, standing.Level, Moment(account.LevelUntilMs), standing.IsClosed, standing.Organization, history);
    }

    OrganizationView View(Recorded<OrganizationRecord> organization, IReadOnlyList<RecordChange>? history) => new(
        organization.Value, Moment(organization.LevelUntilMs), register.Standings.MembersOf(organization.Value.Organization), history);

    static DateTimeOffset? Moment(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    // A statement of reasons needs somebody who gave it.
    static string? Signed(string? by, string? reason) =>
        string.IsNullOrWhiteSpace(by) || by.Length > RecordCheck.MaxIdLength || by.Any(char.IsControl) ? $"by: who decides, 1 to {RecordCheck.MaxIdLength} characters"
        : string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReason || reason.Any(char.IsControl) ? $"reason: why, 1 to {MaxReason} characters"
        : null;

    static DeskAnswer<AccountView> Unknown(string account) => new(404, null, new AdminFault(
        "unknown_account", $"The account {account} has no record and no key here: check its spelling, or send create."));

    static DeskAnswer<OrganizationView> UnknownOrganization(string organization) => new(404, null, new AdminFault(
        "unknown_organization", $"The organization {organization} has no record and no account here: check its spelling, or send create."));
}
