namespace Stillwatch.Gateway.Configuration;

/// <summary>What cannot change while the gateway runs: listeners, the directory its stores have open, the content log among them.</summary>
static class RestartKeys
{
    static readonly (string Key, Func<GatewayConfig, object?> Value)[] Keys =
    [
        ("listen", config => config.Listen),
        ("listen_h2c", config => config.ListenH2c),
        ("tls", config => config.Tls),
        ("admin.listen", config => config.Admin),
        ("admin.auth", config => config.AdminIsOpen),
        ("data", config => config.DataDirectory),
        ("log_content", config => config.LogContent),
        ("detection", config => config.Detection),
        ("accounts", config => config.Accounts),
        ("organizations", config => config.Organizations),
        ("apps", config => config.Apps),
        ("console", config => config.Console),
        ("policy", config => config.Policy), // which file; what stands in it changes while running
    ];

    /// <summary>The keys in which a new configuration differs from the running one.</summary>
    public static IReadOnlyList<string> Changed(GatewayConfig running, GatewayConfig read) =>
        [.. Keys.Where(key => !Equals(key.Value(running), key.Value(read))).Select(key => key.Key)];

    /// <summary>The new configuration with the running one's values for these keys.</summary>
    public static GatewayConfig Keep(GatewayConfig running, GatewayConfig read) => read with
    {
        Listen = running.Listen,
        ListenH2c = running.ListenH2c,
        Tls = running.Tls,
        Admin = running.Admin,
        AdminIsOpen = running.AdminIsOpen,
        DataDirectory = running.DataDirectory,
        LogContent = running.LogContent,
        Detection = running.Detection,
        Accounts = running.Accounts,
        Organizations = running.Organizations,
        Apps = running.Apps,
        Policy = running.Policy,
        Console = running.Console,
    };
}
