using Stillwatch.Tests.Reports;
using Stillwatch.Verbs;

namespace Stillwatch.Tests.Verbs;

public sealed class CaseTextTests
{
    [Fact]
    public void No_confidence_is_certainty() =>
        Assert.Contains("  > 99.99 %  ", CaseText.Of(Some.Report(accounts: 20).Campaigns[0] with { Confidence = 0.999999 }).First(), StringComparison.Ordinal);
}
