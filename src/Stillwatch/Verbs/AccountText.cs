using System.Globalization;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Admin;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Verbs;

/// <summary>An account for people to read.</summary>
static class AccountText
{
    public static string Line(AccountView account) => string.Join(
        "  ", account.Record.Account, Name(account.Level), account.Record.Status ?? "active", account.Record.Organization ?? "-", account.Record.Programme ?? "-",
        account.Record.Licence is { } licence ? $"licensed for {licence.Purpose}" : "").TrimEnd();

    public static string Page(AccountView account)
    {
        var record = account.Record;
        var text = new StringBuilder();
        void Say(string name, string? value) => text.Append(value is null ? "" : $"{name,-18}{value}\n");
        Say("account", record.Account);
        Say("level", Name(account.Level) + Origin(account));
        Say("status", account.Closed ? $"{record.Status}: every call is refused" : record.Status);
        Say("programme", record.Programme);
        Say("licence", record.Licence is { } licence ? RecordKinds.Say(licence) : null);
        Say("organization", record.Organization is null ? null
            : $"{record.Organization}{(account.Organization is { } o ? $" ({o.Country ?? "country unknown"}, {o.Owners.Count} owners known)" : " (no record)")}");
        Say("declared country", record.DeclaredCountry);
        Say("verified country", record.VerifiedCountry);
        Say("phone country", record.PhoneCountry);
        Say("billing country", record.BillingCountry);
        Say("created", record.Created?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture));
        foreach (var change in account.History ?? [])
        {
            var at = change.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
            text.Append($"{at}  {change.What}: {change.From ?? "-"} -> {change.To ?? "-"}  by {change.By} ({Name(change.Source)}): {change.Reason}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    static string Origin(AccountView account) =>
        (account.Record.Verification ?? VerificationLevel.None) < account.Level ? " (its organization's)"
        : account.LevelUntil is { } until ? string.Create(CultureInfo.InvariantCulture, $" until {until.UtcDateTime:yyyy-MM-dd HH:mm}Z") : "";

    static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
