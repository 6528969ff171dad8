using System.Text;
using CsCheck;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Configuration;

public sealed class ConfigReaderTests
{
    const string Small = """
        upstreams:
          vllm: {api: openai, urls: [http://10.0.0.5:8000]}
        models:
          - {match: "*", upstream: vllm}

        """;

    static readonly Dictionary<string, string> Environment = new()
    {
        ["VLLM_KEY"] = "canary-secret", ["EMPTY"] = "", ["WORD"] = "canary-word",
        ["VERIFICATION_SECRET"] = "canary-verification", ["VERIFICATION_SECRET_BEFORE"] = "canary-verification-before",
    };

    [Fact]
    public void Every_key_can_be_set()
    {
        var reading = Read(ConfigSamples.Full);
        Assert.Empty(reading.Faults);
        var config = reading.Config!;
        Assert.Equal(new Uri("http://127.0.0.1:9080"), config.Listen);
        Assert.Equal(new Uri("http://127.0.0.1:9082"), config.ListenH2c);
        Assert.Equal(new Uri("http://127.0.0.1:9081"), config.Admin);
        Assert.Equal((true, false, true, true, 7), (config.AdminIsOpen, config.EchoRequestedModel, config.StrictAnthropicVersion, config.LogContent, config.RetentionDays));
        Assert.Equal((1L << 20, 2L << 20, 3_000_000L), (config.MessageBodyBytes, config.BatchBodyBytes, config.FileBodyBytes));
        Assert.Equal(("x-real-ip", "x-ja4"), (config.ClientIpHeader, config.Ja4Header));
        Assert.Equal(["10.0.0.0/8", "192.0.2.7/32"], config.TrustedProxies.Select(network => network.ToString()));
        var upstream = Assert.Single(config.Upstreams);
        Assert.Equal(("vllm", Dialect.OpenAi, "canary-secret", UpstreamAuth.ApiKey), (upstream.Name, upstream.Dialect, upstream.ApiKey, upstream.Auth));
        Assert.Equal([new Uri("http://10.0.0.5:8000"), new Uri("http://10.0.0.6:8000/base")], upstream.Replicas);
        Assert.Equal((true, true, false, false), (upstream.Http2, upstream.Trusted, upstream.AskForUsage, upstream.SendUserId));
        Assert.Equal((true, true, true), (upstream.HasBatches, upstream.HasFiles, upstream.HasCountTokens));
        Assert.Equal(
            (TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30), TimeSpan.FromHours(2)),
            (upstream.ConnectTimeout, upstream.HeadersTimeout, upstream.IdleTimeout, upstream.TotalTimeout));
        Assert.Equal((3, TimeSpan.FromSeconds(20)), (upstream.CircuitFailures, upstream.CircuitOpen));
        Assert.Equal([new ModelRule("claude-opus-*", "vllm", "my-70b", null), new ModelRule("*", "vllm", null, Dialect.OpenAi)], config.Models);
        Assert.Equal(["canary-verification", "canary-verification-before"], config.Verification.Secrets);
        Assert.Equal(TimeSpan.FromMinutes(2), config.Verification.Tolerance);
        Assert.DoesNotContain("canary", config.Verification.ToString());
    }

    [Fact]
    public void A_short_secret_is_refused_and_a_literal_one_warned_of_and_neither_is_shown()
    {
        var reading = Read(Small + "verification: {secrets: [canary-short]}\n");
        Assert.Contains("at least 16 characters", Assert.Single(reading.Faults).Says);
        Assert.DoesNotContain("canary", reading.Faults[0].ToString());
        reading = Read(Small + "verification: {secrets: canary-literal-secret}\n");
        Assert.Contains("keep it in the environment", Assert.Single(reading.Warnings).Says);
        Assert.DoesNotContain("canary", reading.Warnings[0].ToString());
        Assert.Equal(["canary-literal-secret"], reading.Config!.Verification.Secrets);
    }

    [Fact]
    public void What_is_not_set_has_the_records_default()
    {
        var config = Read(Small).Config!;
        var standard = new GatewayConfig();
        Assert.Equal(standard with { DataDirectory = config.DataDirectory, Upstreams = config.Upstreams, Models = config.Models, TrustedProxies = config.TrustedProxies, Verification = config.Verification }, config);
        Assert.Empty(config.Verification.Secrets);
        Assert.Equal(standard.Verification.Tolerance, config.Verification.Tolerance);
        Assert.Equal(Path.GetFullPath(standard.DataDirectory), config.DataDirectory);
        var bare = new UpstreamConfig { Name = "vllm", Dialect = Dialect.OpenAi, Replicas = config.Upstreams[0].Replicas };
        Assert.Equal(bare, config.Upstreams[0]);
    }

    [Fact]
    public void All_faults_come_at_once_each_with_file_line_key_value_and_cure()
    {
        var faults = Read("""
            listen: 8080
            lissten: http://127.0.0.1:1
            admin: {listen: http://0.0.0.0:8081, auth: none}
            admin: {listen: http://127.0.0.1:8081}
            upstreams:
              vllm:
                api: gpt
                urls: [http://10.0.0.5:8000/v1, "http://user:canary-password@h:1"]
                api_key: ${MISSING_KEY}
                timeouts: {connect: 5, headers: 9999h}
                circuit: {failures: 0}
              development: {api: openai, urls: http://127.0.0.1:9000}
            models:
              - {match: "claude-*", upstream: vlm}
              - {match: "claude-opus-*", upstream: vllm}
              - {upstream: vllm}
            retention_days:
            echo_model: yes
            """).Faults.Select(fault => fault.ToString()).ToList();
        string[] expected =
        [
            "f.yaml:1: listen: '8080' must be http://",
            "f.yaml:2: lissten: is no key; did you mean listen?",
            "f.yaml:3: admin.auth: none is for loopback only",
            "f.yaml:4: admin: stands here a second time, first in line 3",
            "f.yaml:7: upstreams.vllm.api: 'gpt' must be anthropic or openai.",
            "f.yaml:8: upstreams.vllm.urls[0]: 'http://10.0.0.5:8000/v1' must be written without /v1; remove it.",
            "f.yaml:8: upstreams.vllm.urls[1]: 'http://***@h:1' must not carry a credential",
            "f.yaml:9: upstreams.vllm.api_key: the environment variable MISSING_KEY is not set",
            "f.yaml:10: upstreams.vllm.timeouts.connect: '5' must be a time from 1ms to 1d; write a whole number and a unit",
            "f.yaml:10: upstreams.vllm.timeouts.headers: '9999h' must be a time from 1ms to 1d",
            "f.yaml:11: upstreams.vllm.circuit.failures: '0' must be a whole number from 1 to 1000.",
            "f.yaml:12: upstreams.development: is no name for an upstream",
            "f.yaml:14: models[0].upstream: 'vlm' is no upstream; there is vllm, development.",
            "f.yaml:15: models[1]: 'claude-opus-*' never matches: models[0] ('claude-*') takes all its names first",
            "f.yaml:16: models[2].match: is missing; write a model's name",
            "f.yaml:17: retention_days: has no value",
            "f.yaml:18: echo_model: 'yes' must be true or false.",
        ];
        Assert.Equal(expected.Length, faults.Count);
        Assert.All(expected.Zip(faults), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", string.Join('\n', faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("# nothing\n", "is empty")]
    [InlineData("- a\n", "must be a mapping")]
    [InlineData("listen: [\n", "is no YAML")]
    [InlineData("a: *b\n", "is no YAML")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]\n", "nested more than")]
    [InlineData("--- {}\n--- {}\n", "a second YAML document")]
    [InlineData("listen: !url http://127.0.0.1:8080\n", "the tag !url")]
    [InlineData("upstreams: [a]\n", "upstreams: must be a mapping")]
    [InlineData("models: {a: b}\n", "models: must be a list")]
    [InlineData("? [a]\n: b\n", "a key must be a word")]
    [InlineData("listen: {a: b}\n", "listen: must be one value, not a mapping")]
    public void A_file_of_another_shape_is_refused(string text, string says)
        => Assert.Contains(Read(text).Faults, fault => fault.ToString().Contains(says, StringComparison.Ordinal));

    [Theory]
    [InlineData("listen: https://127.0.0.1:8443", "listen", "there is no certificate")]
    [InlineData("listen: http://example.org:8080", "listen", "with an IP address or localhost")]
    [InlineData("listen: http://0.0.0.0:8081", "admin.listen", "127.0.0.1:8081 is taken by listen")]
    [InlineData("listen_h2c: https://127.0.0.1:8082", "listen_h2c", "without TLS")]
    [InlineData("tls: {certificate: none.pem}", "tls.key", "is missing")]
    [InlineData("tls: {certificate: none.pem, key: none.pem}", "tls.certificate", "there is no such file")]
    [InlineData("accounts: none.jsonl", "accounts", "there is no such file")]
    [InlineData("accounts: /", "accounts", "'/' is a directory; name a file in it")]
    [InlineData("client: {trusted_proxies: [10.0.0.0/33]}", "client.trusted_proxies[0]", "a network or an address")]
    [InlineData("client: {ip_header: 'a b'}", "client.ip_header", "must be a header's name")]
    [InlineData("body_limits: {messages: 1TB}", "body_limits.messages", "from 1KiB to 2GiB")]
    [InlineData("body_limits: {messages: 99999999999999999999MB}", "body_limits.messages", "from 1KiB to 2GiB")]
    public void What_does_not_fit_together_is_refused(string line, string key, string says)
        => Assert.Contains(Read(Small + line + "\n").Faults, fault => fault.Key == key && fault.Says.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void An_upstream_that_is_the_gateway_itself_is_refused()
        => Assert.Contains("this gateway itself", Assert.Single(Read(Small.Replace("10.0.0.5:8000", "localhost:8080")).Faults).Says);

    [Theory]
    [InlineData("*|openai;*|anthropic;x|", true)]
    [InlineData("*|openai;x|", false)]
    [InlineData("*|openai;x|anthropic", false)]
    [InlineData("a*b|;a-*-b|", true)]
    [InlineData("a-*-b|;a*b|", false)]
    [InlineData("x|;x|openai", true)]
    public void A_rule_that_nothing_can_reach_is_refused(string rules, bool isFault)
    {
        var lines = rules.Split(';').Select(rule => rule.Split('|') is [var match, var face]
            ? $"  - {{match: \"{match}\", upstream: vllm{(face.Length > 0 ? $", face: {face}" : "")}}}\n"
            : "");
        var reading = Read(Small[..Small.IndexOf("  - {", StringComparison.Ordinal)] + string.Concat(lines));
        Assert.Equal(isFault, reading.Faults.Any(fault => fault.Says.Contains("never matches", StringComparison.Ordinal)));
        Assert.Equal(isFault, reading.Config is null);
    }

    [Theory]
    [InlineData("listen: http://0.0.0.0:8080", "listen", "without TLS")]
    [InlineData("admin: {auth: none}", "admin.auth", "every process on this machine")]
    public void What_is_legal_but_unwise_is_a_warning(string line, string key, string says)
    {
        var reading = Read(Small + line + "\n");
        Assert.NotNull(reading.Config);
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal((key, 5), (warning.Key, warning.Line));
        Assert.Contains(says, warning.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${VLLM_KEY}", "canary-secret", null)]
    [InlineData("\"${VLLM_KEY}\"", "canary-secret", null)]
    [InlineData("a${VLLM_KEY}b", "acanary-secretb", null)]
    [InlineData("${NONE:-other}", "other", null)]
    [InlineData("${EMPTY:-other}", "other", null)]
    [InlineData("${NONE:-}", null, null)]
    [InlineData("\"$${VLLM_KEY}\"", "${VLLM_KEY}", null)]
    [InlineData("${NONE}", null, "variable NONE is not set")]
    [InlineData("${EMPTY}", null, "has no value")]
    [InlineData("\"${NO\"", null, "broken reference")]
    [InlineData("${1A}", null, "broken reference")]
    [InlineData("'sk-canary has blanks'", null, "the value (not shown) must be printable")]
    public void A_reference_is_replaced_and_its_value_never_told(string written, string? value, string? says)
    {
        var reading = Read(Small.Replace("[http://10.0.0.5:8000]", $"[http://10.0.0.5:8000], api_key: {written}"));
        Assert.Equal(value, reading.Config?.Upstreams[0].ApiKey);
        Assert.Equal(says is null, reading.Config is not null);
        Assert.Contains(says ?? "", reading.Faults.FirstOrDefault()?.Says ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Join('\n', reading.Faults.Concat(reading.Warnings)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_value_from_the_environment_is_named_by_its_variable()
    {
        var fault = Assert.Single(Read(Small + "retention_days: ${WORD}\n").Faults);
        Assert.StartsWith("'${WORD}' must be a whole number", fault.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_the_file_is_taken_with_a_warning_that_does_not_tell_it()
    {
        var reading = Read(Small.Replace("[http://10.0.0.5:8000]", "[http://10.0.0.5:8000], api_key: sk-canary"));
        Assert.Equal("sk-canary", reading.Config!.Upstreams[0].ApiKey);
        var warning = Assert.Single(reading.Warnings);
        Assert.Contains("${NAME}", warning.Says, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", warning.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_stands_above_the_file_and_is_named_in_its_faults()
    {
        const string text = Small + "listen: http://127.0.0.1:1\nadmin: {listen: http://127.0.0.1:2}\n";
        var overrides = new ConfigOverrides { Listen = "http://127.0.0.1:9", Admin = "http://127.0.0.1:10", DataDirectory = "here" };
        var config = Read(text, overrides).Config!;
        Assert.Equal((9, 10, Path.GetFullPath("here")), (config.Listen.Port, config.Admin.Port, config.DataDirectory));
        var fault = Assert.Single(Read(text, overrides with { Listen = "nonsense" }).Faults);
        Assert.StartsWith("command line: --listen: 'nonsense' must be http://", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_fault()
    {
        Assert.Contains("cannot be read", Assert.Single(ConfigReader.Read("/no/such/file.yaml", new(), _ => null).Faults).Says, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Assert.Single(ConfigReader.Read([0xff, 0xfe], "f.yaml", new(), _ => null).Faults).Says, StringComparison.Ordinal);
    }

    [Fact]
    public void No_damage_to_a_file_ends_in_anything_but_faults()
        => Gen.Select(Gen.Int[0, ConfigSamples.Full.Length - 1], Gen.Int[0, 20], Gen.String[Gen.Char["{}[]:,-'\"$ \n\t#&*!|>%@`?~x0"], 0, 4]).Sample((at, cut, put) =>
        {
            var damaged = ConfigSamples.Full[..at] + put + ConfigSamples.Full[Math.Min(ConfigSamples.Full.Length, at + cut)..];
            var reading = Read(damaged);
            Assert.Equal(reading.Config is null, reading.Faults.Count > 0);
        });

    internal static ConfigReading Read(string text, ConfigOverrides? overrides = null)
        => ConfigReader.Read(Encoding.UTF8.GetBytes(text), "f.yaml", overrides ?? new(), Environment.GetValueOrDefault);
}
