using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Tests.Telemetry;

/// <summary>An event id is what an operator's alarm hangs on: each belongs to one sentence, inside a range that docs/observability.md names.</summary>
public sealed class EventIdTests
{
    static readonly List<(int Id, string Name)> Events =
    [
        .. typeof(DataPlaneLog).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (Attribute: method.GetCustomAttribute<LoggerMessageAttribute>(), method.Name))
            .Where(found => found.Attribute is not null)
            .Select(found => (found.Attribute!.EventId, found.Name)),
    ];

    [Fact]
    public void An_event_id_is_used_once()
    {
        Assert.True(Events.Count >= 10);
        Assert.Empty(Events.GroupBy(logged => logged.Id).Where(group => group.Count() > 1).Select(group => string.Join(" and ", group)));
    }

    [Fact]
    public void Every_event_id_lies_in_a_documented_range()
    {
        var ranges = Regex.Matches(RepositoryFile.Read("docs/observability.md"), @"^\| (\d+) to (\d+) \|", RegexOptions.Multiline)
            .Select(match => (First: int.Parse(match.Groups[1].Value), Last: int.Parse(match.Groups[2].Value))).ToList();
        Assert.NotEmpty(ranges);
        Assert.All(Events, logged => Assert.True(ranges.Any(range => logged.Id >= range.First && logged.Id <= range.Last), $"{logged} is in no range"));
    }
}
