using System.Buffers;
using System.Text.RegularExpressions;
using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Tests.Clients;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Gateway.Tests.Access.Regions;

/// <summary>Countries and ownership decide who may call, never who is suspected: no code of the engine reads them, and no report changes with them.</summary>
public sealed partial class DetectionSeparationTests
{
    /// <summary>Where the members are declared, read and written as parts of a record, and nothing else is done with them.</summary>
    static readonly string[] Definitions =
        ["Exchanges/AccountRecord.cs", "Exchanges/Exchange.cs", "Exchanges/ExchangeWriter.cs", "Exchanges/Member.cs", "Exchanges/RecordLine.cs"];

    [Fact]
    public void No_code_of_the_engine_reads_a_country_or_an_owner()
    {
        var root = Path.Combine(CompatibilityTable.Root, "src", "Stillwatch.Engine");
        var sources = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(root, path).Replace('\\', '/'), Text: File.ReadAllText(path)))
            .Where(source => !source.Path.StartsWith("obj/", StringComparison.Ordinal) && !source.Path.StartsWith("bin/", StringComparison.Ordinal)).ToList();
        Assert.True(sources.Count > 50, $"{sources.Count} files");
        Assert.All(Definitions, path => Assert.Contains(sources, source => source.Path == path));
        Assert.Empty(sources.Where(source => !Definitions.Contains(source.Path)).SelectMany(source => Uses(source.Text).Select(use => $"{source.Path}: {use}")));
    }

    [Theory]
    [InlineData("score += record.DeclaredCountry == other.DeclaredCountry ? 1 : 0;", "DeclaredCountry")]
    [InlineData("if (account is { VerifiedCountry: \"KP\" })", "VerifiedCountry")]
    [InlineData("traits.Add(client.Country);", "Country")]
    [InlineData("foreach (var owner in organization.Owners)", "Owners")]
    [InlineData("var parsed = Member.Country;", "Country")]
    [InlineData("json.GetProperty(\"billing_country\")", "billing_country")]
    [InlineData("using Stillwatch.Gateway.Access.Regions;", "Regions")]
    [InlineData("var a = 0.0; Ownership share;", "Ownership")]
    public void A_use_is_noticed(string code, string use) => Assert.Contains(use, Uses(code));

    [Fact]
    public void A_word_in_a_comment_is_no_use() => Assert.Empty(Uses("/// <summary>Country is no evidence.</summary>\nvar x = 1; // nor Owners"));

    [Fact]
    public void Every_country_and_owner_may_change_and_the_report_stays_the_same_to_the_byte()
    {
        using var directory = new TemporaryDirectory();
        var world = World.Of(directory.Path);
        var plain = world.Scan("plain", account => account, organization => organization, country => country);
        Assert.NotEmpty(JsonSerializer.Deserialize(plain, ReportJson.Readable.Report)!.Campaigns); // there is something that could have changed

        Assert.Equal(plain, world.Scan("permuted", Permuted, Swapped, country => country is null ? "SG" : Next(country)));
        Assert.Equal(plain, world.Scan(
            "one country", account => Placed(account, "KP", "KP"), organization => organization with { Country = "KP", Owners = [new("state", "KP", 1)] }, _ => "KP"));
        Assert.Equal(plain, world.Scan("none", account => Placed(account, null, null), organization => organization with { Country = null, Owners = [] }, _ => null));
    }

    [Fact]
    public void The_same_comparison_notices_a_payment_token_that_changes()
    {
        using var directory = new TemporaryDirectory();
        var world = World.Of(directory.Path);
        var plain = world.Scan("plain", account => account, organization => organization, country => country);
        Assert.NotEqual(plain, world.Scan("paid apart", account => account with { Payment = $"pm_of_{account.Account}" }, organization => organization, country => country));
    }

    static AccountRecord Permuted(AccountRecord account) => account with
    {
        DeclaredCountry = account.BillingCountry ?? "FR",
        VerifiedCountry = account.DeclaredCountry is { } declared ? Next(declared) : null,
        PhoneCountry = account.VerifiedCountry is null ? "JP" : null,
        BillingCountry = account.PhoneCountry is { } phone ? Next(phone) : "BR",
    };

    static OrganizationRecord Swapped(OrganizationRecord organization) => organization with
    {
        Country = organization.Country is { } country ? Next(country) : "IR",
        Owners = [new($"{organization.Organization}-parent", "IR", 0.7), new("org_1", "SG", 0.3)],
    };

    static AccountRecord Placed(AccountRecord account, string? declared, string? other) =>
        account with { DeclaredCountry = declared, VerifiedCountry = other, PhoneCountry = other, BillingCountry = other };

    static string Next(string country) => country switch { "US" => "KP", "KP" => "DE", "DE" => "US", _ => "IN" };

    /// <summary>Identifiers and quoted member names outside comments.</summary>
    static IEnumerable<string> Uses(string text) => Regional().Matches(Comment().Replace(text, "")).Select(match => match.Value);

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?:\w*Country|\w+_country|country|Owners|Ownership|OrganizationRecord|Regions|Region\w*)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Regional();

    /// <summary>One small scenario, to be logged and judged again and again with other records.</summary>
    sealed record World(string Directory, List<Exchange> Exchanges, List<AccountRecord> Accounts, List<OrganizationRecord> Organizations, List<AppRecord> Apps)
    {
        public static World Of(string directory)
        {
            var simulation = new Simulation(ScenarioReader.Open("tiny"), new SimulationOptions { Scale = 0.4 });
            return new(
                directory, [.. simulation.Exchanges().Select(simulated => simulated.Exchange)], [.. simulation.Accounts], [.. simulation.Organizations], [.. simulation.Apps]);
        }

        public string Scan(
            string name, Func<AccountRecord, AccountRecord> account, Func<OrganizationRecord, OrganizationRecord> organization, Func<string?, string?> network)
        {
            var folder = System.IO.Directory.CreateDirectory(Path.Combine(Directory, name)).FullName;
            Lines("accounts.jsonl", Accounts.Select(record => JsonSerializer.Serialize(account(record), RecordsJson.Default.AccountRecord)));
            Lines("organizations.jsonl", Organizations.Select(record => JsonSerializer.Serialize(organization(record), RecordsJson.Default.OrganizationRecord)));
            Lines("apps.jsonl", Apps.Select(record => JsonSerializer.Serialize(record, RecordsJson.Default.AppRecord)));
            using (var writer = new ExchangeWriter())
            using (var file = File.Create(Path.Combine(folder, "exchanges.jsonl")))
            {
                var line = new ArrayBufferWriter<byte>();
                foreach (var exchange in Exchanges)
                {
                    line.ResetWrittenCount();
                    writer.Write(exchange with { Client = (exchange.Client ?? new()) with { Country = network(exchange.Client?.Country) } }, line);
                    file.Write(line.WrittenSpan);
                }
            }

            var outcome = ScanRun.Run(
                new ScanInputs
                {
                    Logs = [Path.Combine(folder, "exchanges.jsonl")], Accounts = Path.Combine(folder, "accounts.jsonl"),
                    Organizations = Path.Combine(folder, "organizations.jsonl"), Apps = Path.Combine(folder, "apps.jsonl"),
                },
                new DetectorSettings { MemoryBytes = 64 << 20 }, DetectionKey.FromText("separation"), cancellationToken: TestContext.Current.CancellationToken);
            Assert.False(outcome.IsUntrustworthy);
            Assert.Equal(Exchanges.Count, outcome.Totals.Accepted);
            return JsonSerializer.Serialize(outcome.Report, ReportJson.Readable.Report);

            void Lines(string file, IEnumerable<string> lines) => File.WriteAllLines(Path.Combine(folder, file), lines);
        }
    }
}
