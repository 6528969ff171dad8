using Stillwatch.Console;
using Stillwatch.Console.Live;
using Stillwatch.Console.SignIn;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Storage.People;

namespace Stillwatch.Pages;

/// <summary>Puts the console on a gateway's admin listener. Of the gateway's secrets it hands over none.</summary>
static class ConsolePages
{
    /// <param name="settings">How people sign in.</param>
    /// <param name="time">Runs sessions.</param>
    /// <param name="source">What the pages show; null for what the gateway holds.</param>
    public static Func<GatewayHost, AdminPages> With(ConsoleSettings settings, TimeProvider time, IConsoleSource? source = null) => gateway =>
    {
        var people = PersonStore.Open(gateway.Directory.PeoplePath, time);
        var parts = new ConsoleParts
        {
            Source = source ?? new GatewaySource(gateway),
            Cases = gateway.CaseLog,
            Commands = gateway.Cases,
            Audit = gateway.Desk.Audit,
            Desk = new GatewayDesk(gateway),
            People = people,
            Time = time,
            EventTime = gateway.Parts.EventTime,
            Settings = settings,
        };
        return new AdminPages(
            services => ConsoleServer.AddServices(services, parts),
            ConsoleServer.Map,
            address => new Invitations(people).First(address) is { } link
                ? $"console: {link} (signs the first admin in, once, within {Invitations.FirstHolds.TotalHours:0} h)"
                : null,
            people);
    };

    /// <summary>What the configuration says of signing in.</summary>
    public static ConsoleSettings Settings(ConsoleConfig config) => new()
    {
        SessionLength = config.SessionLength,
        SessionIdle = config.SessionIdle,
        OpenId = config.OpenId is { } openId
            ? new OpenIdSettings(
                openId.Authority, openId.ClientId, openId.ClientSecret, openId.NameClaim, openId.RoleClaim,
                openId.Roles.ToDictionary(role => role.Value, role => Enum.Parse<Role>(role.Role, ignoreCase: true), StringComparer.Ordinal))
            : null,
    };
}
