using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Tests.Reports;

public sealed class ReportPageTests
{
    const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u0000\u202E\uD800]]>";

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<bool> RichAndEmpty => new() { true, false };

    [Theory]
    [MemberData(nameof(RichAndEmpty))]
    public void The_page_is_well_formed(bool rich) => Assert.Equal("html", Parsed(Page(rich)).Root!.Name.LocalName);

    [Theory]
    [MemberData(nameof(RichAndEmpty))]
    public void The_page_needs_no_script_and_nothing_from_outside(bool rich)
    {
        var page = Page(rich);
        Assert.Contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:", page);
        Assert.DoesNotContain(Parsed(page).Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "img" or "object" or "use");
        Assert.DoesNotContain("://", page.Replace(Svg.NamespaceName, ""));
        Assert.DoesNotMatch(new Regex(@"url\(|@import|@font-face", RegexOptions.IgnoreCase), page);
        Assert.All(Parsed(page).Descendants().Attributes("href"), href => Assert.StartsWith("#c", href.Value));
    }

    [Fact]
    public void No_string_of_the_input_becomes_markup()
    {
        var campaign = SomeCampaign.Make("C-1", Verdict.Distillation, Rung.Shape, 3, SomeEvidence.Strong);
        campaign = Some.Balanced(
            campaign with
            {
                Id = Hostile, Accounts = [Hostile], Reasons = [Hostile], Models = new Dictionary<string, long> { [Hostile] = 1 },
                Pivots = [new Pivot(campaign.Onset.AddDays(1), Hostile, Hostile, 0.5)],
                Classes = [new TemplateClass(Hostile, Verdict.Resale, 0.9, 1, 1, Rung.Verify)],
                Capabilities = [new CapabilityShare(Hostile, 0.5)], Counterfactuals = [new Counterfactual(Hostile, 1, Rung.Observe)],
                Lookalikes = [new LookAlike(Hostile, -1, Hostile)], Licence = new(Hostile, Hostile, null, Hostile),
                Ring = new RingPicture([new(Hostile, "account", null, 1), new("t", Hostile, Hostile, 1)], [new(Hostile, "t", 1)]),
            },
            [new EvidenceItem(Hostile, Hostile, 1, Hostile, 0.9, 2, 2, 1, 0, 1, Hostile)]);
        var report = Some.Of(campaign) with
        {
            Engine = Hostile, PolicyHash = Hostile, KeyId = Hostile,
            Input = new InputSummary { Exchanges = 1, Accounts = 1, Rejected = [new Rejection(Hostile, 1, Hostile, 1)], AbsentFamilies = [Hostile] },
        };

        var page = Parsed(ReportPage.Render(report));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "img");
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on"));
        Assert.DoesNotContain(page.DescendantNodes().OfType<XText>(), text => text.Value.Contains('\u202E'));
        Assert.True(page.DescendantNodes().OfType<XText>().Count(text => text.Value.Contains("<script>alert(1)</script>")) > 15);
    }

    [Theory]
    [MemberData(nameof(RichAndEmpty))]
    public void Headings_never_skip_a_level(bool rich)
    {
        var levels = Parsed(Page(rich)).Descendants().Select(element => element.Name.LocalName)
            .Where(name => name is ['h', >= '1' and <= '6']).Select(name => name[1] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void Every_picture_has_a_name_and_a_description_or_is_hidden_from_readers()
    {
        var page = Parsed(Page(rich: true));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var picture in page.Descendants().Where(element => element.Name.LocalName == "svg" && (string?)element.Attribute("aria-hidden") != "true"))
        {
            Assert.Equal("img", (string?)picture.Attribute("role"));
            Assert.All(((string)picture.Attribute("aria-labelledby")!).Split(' '), id => Assert.Contains(id, ids));
            Assert.NotEmpty(picture.Element(Svg + "title")!.Value);
            Assert.NotEmpty(picture.Element(Svg + "desc")!.Value);
        }
    }

    [Fact]
    public void The_strictest_rung_comes_first_and_benign_rings_are_folded_at_the_end()
    {
        var page = Parsed(Page(rich: true));
        var articles = page.Descendants("article").ToList();
        Assert.Equal(["C-3", "C-1", "C-4", "C-2", "C-5", "C-6", "C-7"], articles.Select(article => article.Descendants("bdi").First().Value));
        Assert.Equal(["automation", "automation"], articles.Where(article => article.Parent!.Name == "details").Select(article => article.Attribute("class")!.Value.Split(' ')[1]));
    }

    [Fact]
    public void A_licensed_campaign_names_its_licence_and_stays_at_observe()
    {
        var card = Parsed(Page(rich: true)).Descendants("article").Single(article => article.Descendants("bdi").First().Value == "C-5").Value;
        Assert.Contains("Distillation, licensed", card);
        Assert.Contains("granted by trust desk", card);
        Assert.Contains("the response is observe", card);
    }

    [Fact]
    public void A_report_without_campaigns_says_so_and_what_was_looked_for()
    {
        var page = Parsed(Page(rich: false)).Root!.Value;
        Assert.Contains("No campaign found", page);
        Assert.Contains("What was looked for", page);
        Assert.Contains("identity and money: the input does not hold what they are made of", page);
    }

    [Fact]
    public void A_broken_ledger_is_announced()
    {
        var report = Some.Report();
        Assert.DoesNotContain("do not add up", ReportPage.Render(report));
        Assert.Contains("do not add up", ReportPage.Render(report with { Campaigns = [report.Campaigns[0] with { Confidence = 0.5 }] }));
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes() => Assert.Equal(Page(rich: true), Page(rich: true));

    [Fact]
    public void Fifty_campaigns_of_two_thousand_accounts_stay_under_five_megabytes()
    {
        var report = Some.Of([.. Enumerable.Range(1, 50).Select(i => SomeCampaign.Make($"C-{i}", Verdict.Distillation, Rung.Shape, 2_000, SomeEvidence.Strong))]);
        var watch = Stopwatch.StartNew();
        var page = ReportPage.Render(report);
        Assert.InRange(page.Length, 1, 5_000_000);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 5_000); // 0.5 s alone; the margin is for a busy machine
    }

    [Fact]
    public void The_campaign_picture_stands_alone()
    {
        var picture = CampaignPicture.Render(Some.Report().Campaigns[0]);
        Assert.Equal(Svg + "svg", XDocument.Parse(picture).Root!.Name);
        Assert.DoesNotContain("://", picture.Replace(Svg.NamespaceName, ""));
    }

    static string Page(bool rich) => ReportPage.Render(rich ? Some.Report() : Some.Empty());

    static XDocument Parsed(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
