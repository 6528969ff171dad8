using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Tests.Access;

public sealed class ClientAddressTests
{
    static readonly GatewayConfig Config = new() { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")], Ja4Header = "x-ja4" };

    [Theory]
    [InlineData("198.51.100.1", "203.0.113.9", "198.51.100.1")] // an untrusted peer's header is its own claim
    [InlineData("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9")] // what stands left of the first stranger is the stranger's claim
    [InlineData("10.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9")]
    [InlineData("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public void Only_trusted_hops_are_believed(string peer, string forwarded, string expected)
        => Assert.Equal(IPAddress.Parse(expected), ClientAddress.Of(From(peer, "x-forwarded-for", forwarded), Config));

    [Fact]
    public void Header_lines_count_from_the_last()
        => Assert.Equal(IPAddress.Parse("203.0.113.9"), ClientAddress.Of(From("10.0.0.1", "x-forwarded-for", new StringValues(["6.6.6.6", "203.0.113.9"])), Config));

    [Fact]
    public void A_fingerprint_is_believed_from_a_trusted_proxy_only()
    {
        Assert.Equal("t13d", ClientAddress.Ja4Of(From("10.0.0.1", "x-ja4", "t13d"), Config));
        Assert.Null(ClientAddress.Ja4Of(From("198.51.100.1", "x-ja4", "t13d"), Config));
    }

    static DefaultHttpContext From(string peer, string header, StringValues value)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Headers[header] = value;
        return context;
    }
}
