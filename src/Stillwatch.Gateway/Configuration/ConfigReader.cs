namespace Stillwatch.Gateway.Configuration;

/// <summary>Reads a configuration file (docs/configuration.md, docs/stillwatch.schema.json).</summary>
/// <remarks>
/// All faults are told at once, each with its line, key, value and cure. An unknown or repeated key is a fault: a misspelt limit must
/// not be no limit. Relative paths are taken from the folder of the file. Pure but for looking whether the files it names exist.
/// </remarks>
sealed partial class ConfigReader
{
    /// <summary>The upstream that development mode brings along; no file may use its name.</summary>
    public const string DevelopmentUpstream = "development";

    readonly ConfigNotes _notes;
    readonly string _folder;

    ConfigReader(ConfigNotes notes, string folder) => (_notes, _folder) = (notes, folder);

    /// <summary>Reads a file. Every failure is a fault in the result.</summary>
    public static ConfigReading Read(string path, ConfigOverrides overrides, Func<string, string?> environment) =>
        ConfigText.Read(path) is var (text, fault) && text is not null ? Read(text, path, overrides, environment, out _) : Refused(path, fault!);

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="path">How faults name it, and whose folder relative paths begin at.</param>
    public static ConfigReading Read(ReadOnlySpan<byte> utf8, string path, ConfigOverrides overrides, Func<string, string?> environment) =>
        ConfigText.Decode(utf8) is var (text, fault) && text is not null ? Read(text, path, overrides, environment, out _) : Refused(path, fault!);

    /// <param name="notes">What was asked for, for the test that holds the schema to it.</param>
    internal static ConfigReading Read(string text, string path, ConfigOverrides overrides, Func<string, string?> environment, out ConfigNotes notes)
    {
        notes = new ConfigNotes(path);
        if (ConfigTree.Parse(text, notes) is not { } root)
        {
            return new ConfigReading(null, notes.Faults, notes.Warnings);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var config = new ConfigReader(notes, folder).Config(new ConfigSection(root, notes, environment), overrides);
        new ConfigChecks(config, notes).Run();
        return new ConfigReading(notes.HasFaults ? null : config, notes.Faults, notes.Warnings);
    }

    static ConfigReading Refused(string path, string says) => new(null, [new ConfigFault(path, 0, "", says)], []);

    GatewayConfig Config(ConfigSection root, ConfigOverrides overrides)
    {
        var standard = new GatewayConfig();
        var admin = root.Section("admin");
        var client = root.Section("client");
        var limits = root.Section("body_limits");
        var verification = root.Section("verification");
        var detection = root.Section("detection");
        var bodies = ConfigScalars.Size(1 << 10, 2L << 30);
        var config = new GatewayConfig
        {
            Listen = Address(root, "listen", "--listen", overrides.Listen, standard.Listen),
            ListenH2c = root.Read<Uri?>("listen_h2c", ConfigScalars.ListenAddress!, null),
            Tls = Tls(root),
            Admin = Address(admin, "listen", "--admin", overrides.Admin, standard.Admin),
            AdminIsOpen = admin.Read("auth", ConfigScalars.Choice(("token", false), ("none", true)), false),
            DataDirectory = FullPath(root.Read("data", ConfigScalars.Text, standard.DataDirectory)) is var data && overrides.DataDirectory is { } other
                ? Path.GetFullPath(other)
                : data,
            Upstreams = Upstreams(root),
            Models = Models(root),
            EchoRequestedModel = root.Read("echo_model", ConfigScalars.Flag, standard.EchoRequestedModel),
            StrictAnthropicVersion = root.Read("strict_anthropic_version", ConfigScalars.Flag, standard.StrictAnthropicVersion),
            TrustedProxies = client.List("trusted_proxies", (ConfigParser<System.Net.IPNetwork>)ConfigScalars.Network),
            ClientIpHeader = client.Read("ip_header", ConfigScalars.HeaderName, standard.ClientIpHeader),
            Ja4Header = client.Read<string?>("ja4_header", ConfigScalars.HeaderName!, null),
            LogContent = root.Read("log_content", ConfigScalars.Flag, standard.LogContent),
            Accounts = Existing(root, "accounts", "--accounts", overrides.Accounts),
            Organizations = Existing(root, "organizations", "--organizations", overrides.Organizations),
            Apps = Existing(root, "apps", "--apps", overrides.Apps),
            Policy = Existing(root, "policy", "--policy", overrides.Policy),
            MessageBodyBytes = limits.Read("messages", bodies, standard.MessageBodyBytes),
            BatchBodyBytes = limits.Read("batches", bodies, standard.BatchBodyBytes),
            FileBodyBytes = limits.Read("files", bodies, standard.FileBodyBytes),
            RetentionDays = root.Read("retention_days", ConfigScalars.Whole(1, 3650), standard.RetentionDays),
            AuditDays = root.Read("audit_days", ConfigScalars.Whole(1, 36500), standard.AuditDays),
            Detection = new DetectionConfig(
                detection.Read("memory", ConfigScalars.Size(64L << 20, 1L << 40), standard.Detection.MemoryBytes),
                detection.Read("snapshot_every", ConfigScalars.Whole(0, 1_000_000_000), standard.Detection.SnapshotEvery)),
            Console = Console(root),
            Verification = new VerificationConfig(
                verification.Secrets("secrets", ConfigScalars.SharedSecret),
                verification.Read("tolerance", ConfigScalars.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)), standard.Verification.Tolerance)),
        };
        foreach (var section in (ConfigSection[])[root, admin, client, limits, verification, detection])
        {
            section.RefuseOthers();
        }

        return config;
    }

    TlsConfig? Tls(ConfigSection root)
    {
        var tls = root.Section("tls");
        var isThere = root.Has("tls");
        var config = new TlsConfig(
            Existing(tls, "certificate", isThere ? "write the path of a PEM certificate." : null),
            Existing(tls, "key", isThere ? "write the path of its PEM key." : null));
        tls.RefuseOthers();
        return isThere ? config : null;
    }

    Uri Address(ConfigSection section, string key, string option, string? overriding, Uri standard)
    {
        var written = section.Read(key, ConfigScalars.ListenAddress, standard);
        if (overriding is null)
        {
            return written;
        }

        _notes.Override(section.Path(key), option);
        if (ConfigScalars.ListenAddress(overriding, out var address) is { } wrong)
        {
            _notes.Fault(section.Path(key), $"'{overriding}' {wrong}");
            return written;
        }

        return address;
    }

    string? Existing(ConfigSection section, string key, string option, string? overriding)
    {
        var written = section.Read<string?>(key, ConfigScalars.Text!, null);
        if (overriding is not null)
        {
            _notes.Override(section.Path(key), option);
        }

        var path = overriding is null ? FullPath(written) : Path.GetFullPath(overriding);
        CheckExists(section.Path(key), overriding ?? written, path);
        return path;
    }

    string Existing(ConfigSection section, string key, string? wanted)
    {
        var written = wanted is null ? section.Read<string?>(key, ConfigScalars.Text!, null) : section.Require(key, (ConfigParser<string>)ConfigScalars.Text, wanted);
        var path = FullPath(written);
        CheckExists(section.Path(key), written, path);
        return path ?? "";
    }

    void CheckExists(string key, string? written, string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            _notes.Fault(key, Directory.Exists(path)
                ? $"'{written}' is a directory; name a file in it."
                : $"there is no such file{(Path.IsPathRooted(written) ? "" : " (a relative path begins at the configuration's folder)")}; create it or correct the path.");
        }
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    string? FullPath(string? path) => path is null ? null : Path.Combine(_folder, path);
}
