using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Tests.Admin;

public sealed class AccountsVerbTests
{
    [Fact]
    public async Task An_account_is_imported_changed_licensed_and_shown()
    {
        await using var server = await AdminServer.StartAsync();
        var file = Path.Combine(server.Data, "accounts.jsonl.gz");
        await using (var gzip = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes("{\"account\":\"a/1\",\"organization\":\"o\"}\n{\"organization\":\"o\",\"verification\":\"payment\",\"country\":\"DE\"}\n{\"account\":\"b\"}\n"));
        }

        var (code, output, error) = await RunAsync(server, "import", file, "--by", "Ada");
        Assert.True((code, output) == (0, "3 new, 0 changed, 0 as they were, 0 rejected\n"), $"{code} {output} {error}");

        (code, output, error) = await RunAsync(server, "set", "a/1", "--level", "person", "--programme", "startup", "--verified-country", "de", "--by", "Ada", "--reason", "saw a passport");
        Assert.True(code == 0, error);
        (code, output, error) = await RunAsync(server, "grant-licence", "a/1", "--purpose", "evaluation", "--scope", "m-*", "--until", "2027-01-31", "--by", "Ada", "--reason", "contract 7");
        Assert.True(code == 0, error);
        (code, output, _) = await RunAsync(server, "show", "a/1");
        Assert.Equal(0, code);
        Assert.Contains("level             person\n", output);
        Assert.Contains("licence           evaluation of m-*, until 2027-01-31, granted by Ada\n", output);
        Assert.Contains("organization      o (DE, 0 owners known)\n", output);
        Assert.Contains("verification: - -> person  by Ada (api): saw a passport", output);

        Assert.Equal(0, (await RunAsync(server, "revoke-licence", "a/1", "--by", "Bob", "--reason", "breach")).Code);
        Assert.Null(server.Accounts.Standings.Of("a/1", null).Account.Licence);
        (code, output, error) = await RunAsync(server, "revoke-licence", "a/1", "--by", "Bob", "--reason", "breach");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("no licence", error);

        (code, output, _) = await RunAsync(server, "list");
        Assert.Equal("a/1  person  active  o  startup\nb  none  active  -  -\n", output);
        (_, output, _) = await RunAsync(server, "list", "--level", "person", "--json");
        Assert.Equal("a/1", JsonDocument.Parse(output).RootElement.GetProperty("accounts")[0].GetProperty("record").GetProperty("account").GetString());
        (_, output, error) = await RunAsync(server, "list", "--limit", "1");
        Assert.Equal("a/1  person  active  o  startup\n", output);
        Assert.Contains("--limit", error);
    }

    [Fact]
    public async Task What_goes_wrong_is_said_with_its_exit_code()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(1, (await RunAsync(server, "show", "nobody")).Code);
        Assert.Equal(1, (await RunAsync(server, "set", "nobody", "--level", "person", "--reason", "r")).Code);
        Assert.Equal(0, (await RunAsync(server, "set", "nobody", "--level", "person", "--reason", "r", "--create")).Code);
        Assert.Equal(2, (await RunAsync(server, "set", "nobody", "--level", "person")).Code); // no reason
        Assert.Equal(2, (await RunAsync(server, "set", "nobody", "--level", "human", "--reason", "r")).Code);
        var (code, _, error) = await RunAsync(server, "grant-licence", "nobody", "--purpose", "anything", "--reason", "r");
        Assert.Equal(2, code);
        Assert.Contains("licence.purpose anything", error);
        Assert.Equal(2, (await RunAsync(server, "list", "--level", "human")).Code);
        Assert.Equal(2, (await RunAsync(server, "import", Path.Combine(server.Data, "missing.jsonl"))).Code);
        var bad = Path.Combine(server.Data, "bad.jsonl");
        File.WriteAllText(bad, "{\"account\":\"c\"}\nnot json\n");
        (code, var output, error) = await RunAsync(server, "import", bad);
        Assert.Equal(3, code);
        Assert.Contains("bad.jsonl:2: bad-json", error);
        Assert.Equal("1 new, 0 changed, 0 as they were, 1 rejected\n", output);
        Assert.Equal(VerificationLevel.Person, server.Accounts.Standings.Of("nobody", null).Level);
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(AdminServer server, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(["accounts", .. arguments, "--data", server.Data, "--admin", server.Address.ToString()], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
