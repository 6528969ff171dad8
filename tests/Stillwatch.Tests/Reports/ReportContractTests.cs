using System.Text.Json;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Tests.Reports;

/// <summary>report.json is a contract: its member names change only with its version.</summary>
public sealed class ReportContractTests
{
    static readonly JsonNode Json = JsonNode.Parse(JsonSerializer.Serialize(Some.Report(accounts: 5), ReportJson.Readable.Report))!;

    public static TheoryData<string, string> Members => new()
    {
        { "", "version mode engine policy_hash key_id input campaigns accounts" },
        { "input", "exchanges accounts organizations from to rejected dropped absent_families" },
        { "input.rejected.0", "reason count file first_line" },
        {
            "campaigns.0", "id verdict confidence prior_log_odds log_odds calibration_log_odds response reasons until licence accounts exchanges tasks output_tokens "
            + "first_seen onset detected_at alarmed_at models pivots classes capabilities evidence counterfactuals lookalikes timeline ring"
        },
        { "campaigns.0.pivots.0", "at from to share_ratio" },
        { "campaigns.0.classes.0", "class verdict confidence accounts exchanges response" },
        { "campaigns.0.capabilities.0", "name share_ratio" },
        { "campaigns.0.evidence.0", "family trait value reference_class percentile raw_log_odds log_odds accounts cohort_accounts lift says" },
        { "campaigns.0.counterfactuals.0", "without log_odds response" },
        { "campaigns.0.lookalikes.0", "class log_odds why_not" },
        { "campaigns.0.timeline.0", "at exchanges accounts" },
        { "campaigns.0.ring", "nodes edges" },
        { "campaigns.0.ring.nodes.0", "id kind family accounts" },
        { "campaigns.0.ring.edges.0", "account trait weight" },
        { "campaigns.4.licence", "purpose scope until granted_by" },
        { "accounts.0", "account campaign confidence detected_at membership_ratio classes response evidence alarmed_at" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void Members_are_named_as_the_contract_says(string path, string names)
    {
        var node = path.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(Json, (at, step) => (int.TryParse(step, out var index) ? at[index] : at[step])!);
        Assert.Equal(names.Split(' '), node.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void Enums_are_in_lower_case()
    {
        Assert.Equal(["distillation", "resale", "automation"], Json["campaigns"]!.AsArray().Select(campaign => (string)campaign!["verdict"]!).Distinct());
        Assert.Equal(["shape", "verify", "suspend", "observe"], Json["campaigns"]!.AsArray().Select(campaign => (string)campaign!["response"]!).Distinct());
    }

    [Fact]
    public void Reading_and_writing_again_changes_no_byte()
    {
        foreach (var report in new[] { Some.Report(accounts: 5), Some.Empty() })
        {
            var text = JsonSerializer.Serialize(report, ReportJson.Readable.Report);
            Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, ReportJson.Readable.Report), ReportJson.Readable.Report));
        }
    }

    [Fact]
    public void A_number_for_an_enum_is_refused()
    {
        var text = Json.ToJsonString().Replace("\"verdict\":\"resale\"", "\"verdict\":1");
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(text, ReportJson.Readable.Report));
    }
}
