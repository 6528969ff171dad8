using System.Text;
using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Tests.Benchmarks;

/// <summary>A handful of made-up accounts and what they send: enough to show a baseline the attack it was designed for.</summary>
sealed class ToyTrace
{
    const long HourMs = 3_600_000;

    readonly List<AccountRecord> _records = [];
    readonly List<(int Account, double Hour, string Text, string Network, int Template)> _sent = [];
    readonly Random _random = new(77);

    public AccountBook Book() => new(_records, withRecords: true);

    /// <summary>Opens an account and returns its index.</summary>
    public int Open(string? payment = null, string? organization = null)
    {
        _records.Add(new AccountRecord { Account = $"acct_{_records.Count}", Organization = organization, Payment = payment });
        return _records.Count - 1;
    }

    public void Send(int account, double hour, string text, string network = "", int template = -1) => _sent.Add((account, hour, text, network, template));

    /// <summary>Words nobody else says, so that texts differ.</summary>
    public string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => $"{(char)('a' + _random.Next(26))}{(char)('a' + _random.Next(26))}{(char)('a' + _random.Next(26))}"));

    public double Hour(double from, double to) => from + (_random.NextDouble() * (to - from));

    /// <summary>Sends everything in order of time, through the shared stage first.</summary>
    public void Play(IBaseline baseline, Action<TraceQuery>? stage = null)
    {
        var query = new TraceQuery();
        foreach (var (account, hour, text, network, template) in _sent.OrderBy(item => item.Hour))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            query.Account = account;
            query.TimeMs = (long)(hour * HourMs);
            query.OutputTokens = 100;
            query.Network = network.Length == 0 ? 0 : Hash64.Of(Encoding.UTF8.GetBytes(network));
            query.Client = 0;
            query.Template = template;
            query.Text = Hash64.Of(bytes);
            query.TokenCount = WordTokens.Read(bytes, query.Tokens);
            query.HasSession = true;
            stage?.Invoke(query);
            baseline.Add(query);
        }
    }

    /// <summary>
    /// Whether, in the setting whose name holds <paramref name="setting"/>, every guilty account outscores every innocent one.
    /// </summary>
    public static void AssertSeparated(IBaseline baseline, string setting, IEnumerable<int> guilty, IEnumerable<int> innocent)
    {
        var scores = baseline.Scores().First(item => item.Setting.Contains(setting, StringComparison.Ordinal)).ByAccount;
        var (least, most) = (guilty.Min(account => scores[account]), innocent.Max(account => scores[account]));
        Assert.True(least > most, $"{baseline.Name}, {setting}: the least guilty score is {least}, the highest innocent one {most}");
    }
}
