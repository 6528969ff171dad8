using System.Text.Json;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Tests.Admin;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;

namespace Stillwatch.Gateway.Tests.Keys;

public sealed class KeysVerbTests
{
    [Fact]
    public async Task Without_a_server_the_files_are_worked_on()
    {
        using var temporary = new TemporaryDirectory();
        var (code, output, error) = await RunAsync("create", "--data", temporary.Path, "--account", "a", "--name", "n");
        var text = output.Trim();
        Assert.Equal(0, code);
        Assert.Contains("this once", error);
        Assert.DoesNotContain(text, error);

        (_, output, _) = await RunAsync("list", "--data", temporary.Path, "--json");
        var listed = JsonDocument.Parse(output).RootElement.GetProperty("keys")[0];
        Assert.False(listed.TryGetProperty("key", out _));
        var id = listed.GetProperty("id").GetString()!;

        (code, output, _) = await RunAsync("rotate", id, "--data", temporary.Path, "--overlap", "0s");
        Assert.Equal(0, code);
        using (var directory = DataDirectory.Lock(temporary.Path))
        using (var issuer = KeyIssuer.Open(directory, TimeProvider.System))
        {
            Assert.True(issuer.Ring.TryAuthenticate(output.Trim(), TimeProvider.System.GetUtcNow(), out _, out _));
            Assert.False(issuer.Ring.TryAuthenticate(text, TimeProvider.System.GetUtcNow(), out _, out _));
        }

        Assert.Equal(0, (await RunAsync("revoke", output.Trim().Split('-')[2], "--data", temporary.Path)).Code);
        (_, output, _) = await RunAsync("list", "--data", temporary.Path);
        Assert.Contains("revoked", output);
        Assert.Contains("replaced by", output);
        Assert.DoesNotContain("sk-sw-", output);
    }

    [Fact]
    public async Task A_running_server_is_asked_with_the_token_of_its_directory_or_of_a_file()
    {
        await using var server = await AdminServer.StartAsync();
        var (code, output, error) = await RunAsync("create", "--data", server.Data, "--admin", server.Address.ToString(), "--account", "a", "--count", "3");
        Assert.True(code == 0, error);
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), key => Assert.True(server.Keys.Ring.TryAuthenticate(key.Trim(), server.Time.GetUtcNow(), out _, out _)));
        Assert.Equal(3, server.Keys.Ring.Count);

        (code, output, _) = await RunAsync("list", "--admin", server.Address.ToString(), "--token-file", Path.Combine(server.Data, "admin.token"));
        Assert.Equal((0, 3), (code, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        (code, _, error) = await RunAsync("revoke", "nobody", "--admin", server.Address.ToString(), "--token-file", Path.Combine(server.Data, "admin.token"));
        Assert.Equal(1, code);
        Assert.Contains("nobody", error);
        Assert.Equal(1, (await RunAsync("list", "--admin", server.Address.ToString())).Code); // no token
    }

    [Fact]
    public async Task Wrong_usage_is_said_and_makes_nothing()
    {
        using var temporary = new TemporaryDirectory();
        Assert.Equal(2, (await RunAsync("create", "--data", temporary.Path)).Code);
        Assert.Equal(2, (await RunAsync("create", "--data", temporary.Path, "--account", "a", "--expires", "soon")).Code);
        Assert.Equal(2, (await RunAsync("create", "--data", temporary.Path, "--account", "a", "--scopes", "everything")).Code);
        Assert.Equal(2, (await RunAsync("create", "--data", temporary.Path, "--account", "a", "--count", "0")).Code);
        Assert.Equal(2, (await RunAsync("list", "--admin", "ftp://127.0.0.1")).Code);
        Assert.Equal("", (await RunAsync("list", "--data", temporary.Path)).Output);
    }

    [Fact]
    public async Task Where_nobody_answers_the_address_and_the_cure_are_named()
    {
        using var temporary = new TemporaryDirectory();
        var (code, _, error) = await RunAsync("list", "--admin", "http://127.0.0.1:1");
        Assert.Equal(1, code);
        Assert.Contains("http://127.0.0.1:1", error);
        (code, _, error) = await RunAsync("list", "--data", temporary.Path);
        Assert.Equal(1, code);
        Assert.Contains(temporary.Path, error);
        Assert.False(Directory.Exists(temporary.Path));
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["keys", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
