using System.Text.Json;

namespace Stillwatch.Tests.Verbs;

/// <summary><c>serve</c> up to the point where a server would start.</summary>
public sealed class ServeVerbTests : IDisposable
{
    readonly string _path = Path.GetTempFileName();
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task A_valid_configuration_is_0()
    {
        File.WriteAllText(_path, "upstreams: {vllm: {api: openai, urls: http://10.0.0.5:8000}}\nmodels: [{match: '*', upstream: vllm}]\n");
        Assert.Equal(0, await Run("serve", "--config", _path, "--check"));
        Assert.Contains("is valid: 1 upstreams, 1 model rules.", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Every_fault_is_told_and_it_is_2()
    {
        File.WriteAllText(_path, "lissten: x\nupstreams: {}\n");
        Assert.Equal(2, await Run("serve", "--config", _path));
        Assert.Contains($"{_path}:1: lissten: is no key; did you mean listen?", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{_path}:2: upstreams: there is none", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task A_policy_rule_that_cannot_be_read_stops_the_start_with_file_line_and_key()
    {
        var policy = Path.GetTempFileName();
        try
        {
            File.WriteAllText(policy, "mode: enforce\nlimits:\n  rules:\n    - {name: rpm, per: account, requests: lots}\n");
            File.WriteAllText(_path, $"upstreams: {{vllm: {{api: openai, urls: http://10.0.0.5:8000}}}}\nmodels: [{{match: '*', upstream: vllm}}]\npolicy: {policy}\n");
            Assert.Equal(2, await Run("serve", "--config", _path));
            Assert.Contains($"{policy}:4: limits.rules[0].requests", _error.ToString(), StringComparison.Ordinal);
            Assert.Empty(_output.ToString());
        }
        finally
        {
            File.Delete(policy);
        }
    }

    [Fact]
    public async Task Json_says_the_same()
    {
        Assert.Equal(2, await Run("serve", "--config", "no-such-file.yaml", "--check", "--json"));
        using var result = JsonDocument.Parse(_output.ToString());
        Assert.False(result.RootElement.GetProperty("valid").GetBoolean());
        Assert.Contains("cannot be read: there is no such file", result.RootElement.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve --config F --upstream http://h:1", "name the upstream in")]
    [InlineData("serve --listen http://0.0.0.0:8080", "write a config")]
    [InlineData("serve --upstream http://h:1", "--upstream-api: is missing")]
    [InlineData("serve --check --accounts DIR", "is a directory; name a file in it")]
    [InlineData("serve --lissten x", "did you mean --listen?")]
    public async Task Wrong_usage_is_2(string line, string said)
    {
        Assert.Equal(2, await Run(line.Replace("F", _path, StringComparison.Ordinal).Replace("DIR", Path.GetDirectoryName(_path), StringComparison.Ordinal).Split(' ')));
        Assert.Contains(said, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Development_mode_can_be_checked_without_starting()
        => Assert.Equal(0, await Run("serve", "--check"));

    Task<int> Run(params string[] arguments) => CommandLine.RunAsync(arguments, _output, _error);
}
