using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

sealed partial class ConfigReader
{
    // An hour is as long as the published SDKs wait by themselves for a whole answer; a day leaves room for anything.
    static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    /// <summary>The wire formats an upstream may speak.</summary>
    public static readonly ConfigParser<Dialect> Api = ConfigScalars.Choice(("anthropic", Dialect.Anthropic), ("openai", Dialect.OpenAi));

    static readonly ConfigParser<Dialect?> Face = ConfigScalars.Choice<Dialect?>(("anthropic", Dialect.Anthropic), ("openai", Dialect.OpenAi));

    List<UpstreamConfig> Upstreams(ConfigSection root)
    {
        var upstreams = new List<UpstreamConfig>();
        foreach (var (name, section) in root.Named("upstreams"))
        {
            if (name == DevelopmentUpstream || name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                _notes.Fault($"upstreams.{name}", "is no name for an upstream; use up to 64 letters, digits, - and _ (development is reserved).");
            }

            upstreams.Add(Upstream(name, section));
        }

        return upstreams;
    }

    static UpstreamConfig Upstream(string name, ConfigSection section)
    {
        var timeouts = section.Section("timeouts");
        var circuit = section.Section("circuit");
        var standard = new UpstreamConfig { Name = "", Dialect = Dialect.OpenAi, Replicas = [] };
        var timeout = ConfigScalars.Duration(TimeSpan.FromMilliseconds(1), LongestTimeout);
        var upstream = new UpstreamConfig
        {
            Name = name,
            Dialect = section.Require("api", Api, "write 'api: openai' or 'api: anthropic', the wire format this upstream speaks."),
            Replicas = section.List("urls", (ConfigParser<Uri>)ConfigScalars.UpstreamAddress),
            ApiKey = section.Secret("api_key", ConfigScalars.Credential),
            Auth = section.Read(
                "auth",
                ConfigScalars.Choice(("by-api", UpstreamAuth.ByDialect), ("bearer", UpstreamAuth.Bearer), ("x-api-key", UpstreamAuth.ApiKey)),
                standard.Auth),
            Http2 = section.Read("http2", ConfigScalars.Flag, standard.Http2),
            Trusted = section.Read("trusted", ConfigScalars.Flag, standard.Trusted),
            AskForUsage = section.Read("usage", ConfigScalars.Choice(("ask", true), ("estimate", false)), standard.AskForUsage),
            SendUserId = section.Read("user_id", ConfigScalars.Flag, standard.SendUserId),
            HasBatches = section.Read("batches", ConfigScalars.Flag, standard.HasBatches),
            HasFiles = section.Read("files", ConfigScalars.Flag, standard.HasFiles),
            HasCountTokens = section.Read("count_tokens", ConfigScalars.Flag, standard.HasCountTokens),
            ConnectTimeout = timeouts.Read("connect", timeout, standard.ConnectTimeout),
            HeadersTimeout = timeouts.Read("headers", timeout, standard.HeadersTimeout),
            IdleTimeout = timeouts.Read("idle", timeout, standard.IdleTimeout),
            TotalTimeout = timeouts.Read("total", timeout, standard.TotalTimeout),
            CircuitFailures = circuit.Read("failures", ConfigScalars.Whole(1, 1000), standard.CircuitFailures),
            CircuitOpen = circuit.Read("open", ConfigScalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), standard.CircuitOpen),
        };
        foreach (var part in (ConfigSection[])[section, timeouts, circuit])
        {
            part.RefuseOthers();
        }

        return upstream;
    }

    static List<ModelRule> Models(ConfigSection root)
    {
        var rules = new List<ModelRule>();
        foreach (var section in root.Sections("models"))
        {
            rules.Add(new ModelRule(
                section.Require("match", (ConfigParser<string>)ConfigScalars.ModelName, "write a model's name, or a pattern like \"claude-*\".") ?? "",
                section.Require("upstream", (ConfigParser<string>)ConfigScalars.Text, "write the name of an upstream.") ?? "",
                section.Read<string?>("model", ConfigScalars.ModelName!, null),
                section.Read("face", Face, null)));
            section.RefuseOthers();
        }

        return rules;
    }
}
