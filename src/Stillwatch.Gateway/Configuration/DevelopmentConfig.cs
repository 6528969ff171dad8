using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

/// <summary>The configuration of a server that was given no file: loopback only, every model name passes through to one upstream.</summary>
static class DevelopmentConfig
{
    /// <summary>The credential for <c>--upstream</c>: in the environment, since other users can read a command line.</summary>
    public const string UpstreamKeyVariable = "STILLWATCH_UPSTREAM_KEY";

    const string GivenUpstream = "upstream";

    /// <param name="upstream"><c>--upstream</c>; null for the built-in one, whose replica the host fills in once it has started it.</param>
    /// <param name="api"><c>--upstream-api</c>: <c>anthropic</c> or <c>openai</c>.</param>
    public static ConfigReading Read(ConfigOverrides overrides, string? upstream, string? api, Func<string, string?> environment)
    {
        var notes = new ConfigNotes("command line");
        var standard = new GatewayConfig();
        var target = upstream is null ? BuiltIn(api, notes) : Given(upstream, api, environment, notes);
        var config = standard with
        {
            Listen = Address("listen", "--listen", overrides.Listen, standard.Listen, notes),
            Admin = Address("admin.listen", "--admin", overrides.Admin, standard.Admin, notes),
            AdminIsOpen = true,
            DataDirectory = overrides.DataDirectory is { } data ? Path.GetFullPath(data) : standard.DataDirectory,
            Accounts = Existing("--accounts", overrides.Accounts, notes),
            Organizations = Existing("--organizations", overrides.Organizations, notes),
            Apps = Existing("--apps", overrides.Apps, notes),
            Policy = Existing("--policy", overrides.Policy, notes),
            Upstreams = [target],
            Models = [new ModelRule("*", target.Name, null, null)],
        };
        if (!notes.HasFaults)
        {
            new ConfigChecks(config, notes).Run();
        }

        // Its warnings are about what development mode is.
        return new ConfigReading(notes.HasFaults ? null : config, notes.Faults, []);
    }

    static UpstreamConfig BuiltIn(string? api, ConfigNotes notes)
    {
        if (api is not null)
        {
            notes.Fault("--upstream-api", $"'{api}' says what --upstream speaks, and there is none; give --upstream URL too.");
        }

        return new UpstreamConfig
        {
            Name = ConfigReader.DevelopmentUpstream, Dialect = Dialect.Anthropic, Replicas = [], Trusted = true, HasBatches = true, HasFiles = true, HasCountTokens = true,
        };
    }

    static UpstreamConfig Given(string upstream, string? api, Func<string, string?> environment, ConfigNotes notes)
    {
        if (ConfigScalars.UpstreamAddress(upstream, out var address) is { } wrong)
        {
            notes.Fault("--upstream", $"'{ConfigSection.Shown(upstream)}' {wrong}");
        }

        var dialect = Dialect.OpenAi;
        if (api is null)
        {
            notes.Fault("--upstream-api", "is missing; write anthropic or openai, the wire format --upstream speaks.");
        }
        else if (ConfigReader.Api(api, out dialect) is { } unknown)
        {
            notes.Fault("--upstream-api", $"'{api}' {unknown}");
        }

        var key = environment(UpstreamKeyVariable);
        if (!string.IsNullOrEmpty(key) && ConfigScalars.Credential(key, out _) is { } unfit)
        {
            notes.Fault(UpstreamKeyVariable, $"the value (not shown) {unfit}");
        }

        // Whoever tries a server of his own wants to see what it says, and finds out by asking what it has.
        var isAnthropic = dialect == Dialect.Anthropic;
        return new UpstreamConfig
        {
            Name = GivenUpstream, Dialect = dialect, Replicas = [address], ApiKey = string.IsNullOrEmpty(key) ? null : key,
            Trusted = true, HasBatches = isAnthropic, HasFiles = isAnthropic,
        };
    }

    static Uri Address(string path, string option, string? text, Uri standard, ConfigNotes notes)
    {
        notes.Override(path, option);
        if (text is null)
        {
            return standard;
        }

        if (ConfigScalars.ListenAddress(text, out var address) is { } wrong)
        {
            notes.Fault(path, $"'{text}' {wrong}");
            return standard;
        }

        if (!address.IsLoopback)
        {
            notes.Fault(path, $"'{text}' can be reached from outside, and without a configuration the server is for this machine only; write a config and give --config.");
        }

        return address;
    }

    static string? Existing(string option, string? path, ConfigNotes notes)
    {
        if (path is null)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            notes.Fault(option, Directory.Exists(path) ? $"{path} is a directory; name a file in it." : $"there is no file {path}; create it or correct the path.");
        }

        return Path.GetFullPath(path);
    }
}
