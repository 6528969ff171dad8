using Stillwatch.Demo;

namespace Stillwatch.Gateway.Tests.Demo;

public sealed class LoopbackClientTests
{
    [Theory]
    [InlineData("http://192.0.2.1:8080")]
    [InlineData("https://api.example.org")]
    [InlineData("http://127.0.0.1.example.org")]
    public void Simulated_traffic_cannot_be_sent_to_another_machine(string address) =>
        Assert.Throws<ArgumentException>(() => new LoopbackClient(new Uri(address), new Dictionary<string, string>()));
}
