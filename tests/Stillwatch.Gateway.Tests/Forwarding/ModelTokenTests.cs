using System.Text;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Tests.Forwarding;

public sealed class ModelTokenTests
{
    [Theory]
    [InlineData("""{"id":"x","model":"m-1","content":[]}""", false, "\"m-1\"")]
    [InlineData("""{"content":[{"model":"no"}],"model" : "m-1"}""", false, "\"m-1\"")]
    [InlineData("""{"type":"message_start","message":{"id":"x","model":"m-1"}}""", true, "\"m-1\"")]
    [InlineData("""{"model":"outer","message":{"id":"x"}}""", true, "")]
    [InlineData("""{"model":null}""", false, "")]
    [InlineData("""{"model":"m""", false, "")]
    [InlineData("", false, "")]
    public void The_name_is_found_where_it_counts(string json, bool nested, string expected)
    {
        var place = ModelToken.Find(Encoding.UTF8.GetBytes(json), nested);
        Assert.Equal(expected, json.Substring(place.Start, place.Length));
    }

    [Fact]
    public void A_name_is_escaped_as_JSON_needs_it() => Assert.Equal("\"a/b:\\\"c\\\"\"", Encoding.UTF8.GetString(ModelToken.Of("a/b:\"c\"")));
}
