using Stillwatch.Console.Desk;
using Stillwatch.Console.Live;

namespace Stillwatch.Console.Layout;

/// <summary>Where an id leads.</summary>
static class Finding
{
    /// <summary>The page of the campaign, case or organization of that id; otherwise of an account, which says itself when it is unknown.</summary>
    public static string PathOf(string id, ConsoleView view, IConsoleDesk desk) =>
        view.Campaign(id) is not null ? $"/campaigns/{Uri.EscapeDataString(id)}"
        : view.Cases.Cases.ContainsKey(id) ? $"/cases/{Uri.EscapeDataString(id)}"
        : desk.Organization(id, 1) is not null ? $"/organizations/{Uri.EscapeDataString(id)}"
        : $"/accounts/{Uri.EscapeDataString(id)}";
}
