using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class RecordLineTests
{
    [Fact]
    public void An_account_line_is_read_whole()
    {
        var line = """
            {"account":"acct_1","organization":"org_1","created":"2026-01-30T12:00:00Z","status":"active","verification":"payment",
            "programme":"startup","email_domain":"example.org","payment":"pm_1","unknown":{"x":[1]},
            "licence":{"purpose":"distillation","scope":"model-x","until":"2026-12-31","granted_by":"me"}}
            """;

        Assert.True(RecordLine.TryParse(Encoding.UTF8.GetBytes(line), out AccountRecord? account, out _));
        Assert.Equal(("acct_1", VerificationLevel.Payment, "pm_1"), (account!.Account, account.Verification, account.Payment));
        Assert.Equal(new Licence("distillation", "model-x", new DateOnly(2026, 12, 31), "me"), account.Licence);
    }

    [Theory]
    [InlineData("""{"account":"a" """, RejectReason.BadJson)]
    [InlineData("""[]""", RejectReason.NotAnObject)]
    [InlineData("""{}""", RejectReason.MissingMember)]
    [InlineData("""{"account":""}""", RejectReason.MissingMember)]
    [InlineData("""{"account":null}""", RejectReason.MissingMember)]
    [InlineData("""{"account":"a","account":"b"}""", RejectReason.DuplicateKey)]
    [InlineData("""{"account":5}""", RejectReason.WrongType)]
    [InlineData("""{"account":"a","verification":"gold"}""", RejectReason.WrongType)]
    [InlineData("""{"account":"a","created":"2026-01-30T12:00:00"}""", RejectReason.BadTime)]
    [InlineData("""{"account":"a","created":"soon"}""", RejectReason.BadTime)]
    [InlineData("""{"account":"a\ud83d"}""", RejectReason.WrongType)]
    public void A_bad_account_line_is_refused_by_reason(string line, RejectReason expected)
    {
        var parsed = RecordLine.TryParse(Encoding.UTF8.GetBytes(line), out AccountRecord? _, out var reason);

        Assert.Equal(expected, reason);
        Assert.False(parsed);
    }

    [Fact]
    public void Organizations_and_apps_are_read_too()
    {
        Assert.True(RecordLine.TryParse(
            """{"organization":"o","owners":[{"owner":"p","country":"SG","share_ratio":0.51}]}"""u8, out OrganizationRecord? organization, out _));
        Assert.True(RecordLine.TryParse("""{"app":"x","user_agents":["N/*"],"until":"2027-01-01"}"""u8, out AppRecord? app, out _));
        Assert.Equal(0.51, organization!.Owners[0].ShareRatio);
        Assert.Equal(["N/*"], app!.UserAgents);
    }
}
