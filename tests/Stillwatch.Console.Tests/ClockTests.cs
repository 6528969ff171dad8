using Stillwatch.Console.Layout;
using Stillwatch.Console.Pages.Parts;

namespace Stillwatch.Console.Tests;

/// <summary>Times in every zone the console offers.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData("UTC", "1 Jul, 12:30 UTC")]
    [InlineData("America/New_York", "1 Jul, 08:30 UTC−4")]
    [InlineData("Europe/Berlin", "1 Jul, 14:30 UTC+2")]
    [InlineData("Asia/Kolkata", "1 Jul, 18:00 UTC+5:30")]
    public void A_time_is_said_with_its_zone(string zone, string expected) =>
        Assert.Equal(expected, Clock.Minute(new DateTimeOffset(2026, 7, 1, 12, 30, 0, TimeSpan.Zero), Preferences.ZoneOf(zone)));

    [Fact]
    public void Every_zone_that_is_offered_can_be_shown_in_summer_and_in_winter()
    {
        foreach (var zone in Preferences.Zones)
        {
            foreach (var month in (int[])[1, 7])
            {
                Assert.Contains(", ", Clock.Minute(new DateTimeOffset(2026, month, 1, 0, 0, 0, TimeSpan.Zero), Preferences.ZoneOf(zone)));
            }
        }
    }
}
