using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests;

/// <summary>A few hundred accounts and one campaign of our own words: enough to drive the whole detector in a second.</summary>
internal sealed class SmallWorld
{
    public static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    static readonly string[] Words = ("river stone garden market winter letter paper engine forest window silver copper bridge doctor island painter season " +
        "kitchen planet valley thunder button carpet ladder mirror needle orange pencil rabbit saddle ticket velvet wagon yellow anchor basket candle desert").Split(' ');

    readonly DetectionKey _key;
    readonly List<AccountRecord> _records = [];
    readonly List<(long TimeMs, Action<ParsedExchange> Fill)> _exchanges = [];
    ulong _state;

    public SmallWorld(string key = "small world", ulong seed = 1, int benign = 400, int campaign = 40)
    {
        _key = DetectionKey.FromText(key);
        _state = seed * 0x9E3779B97F4A7C15;
        for (var i = 0; i < benign; i++)
        {
            AddBenign(i);
        }

        for (var i = 0; i < campaign; i++)
        {
            AddCampaign(i);
        }

        _exchanges.Sort((a, b) => a.TimeMs.CompareTo(b.TimeMs));
    }

    public IReadOnlyList<AccountRecord> Records => _records;

    public int Exchanges => _exchanges.Count;

    public DetectionKey Key => _key;

    public CampaignDetector Detector(DetectorSettings? settings = null, bool withRecords = true, IEnumerable<AccountRecord>? records = null)
    {
        Models = new ModelNames();
        Ids = new AccountIds();
        var directory = new AccountDirectory(_key, withRecords ? records ?? _records : []);
        return new CampaignDetector(settings ?? new DetectorSettings { MemoryBytes = 64 << 20 }, _key, directory, Models, Ids);
    }

    public ModelNames Models { get; private set; } = new();

    public AccountIds Ids { get; private set; } = new();

    /// <summary>All sketches in order of time, made with the tables of the latest <see cref="Detector"/>.</summary>
    public List<ExchangeSketch> Sketches()
    {
        var sketcher = new Sketcher(_key, Models, Ids, new AppRegister([]));
        var parsed = new ParsedExchange();
        var sketches = new List<ExchangeSketch>();
        foreach (var (timeMs, fill) in _exchanges)
        {
            parsed.Clear();
            parsed.TimeMs = timeMs;
            fill(parsed);
            sketcher.Sketch(parsed, out var sketch);
            sketches.Add(sketch);
        }

        return sketches;
    }

    void AddBenign(int i)
    {
        var name = $"user_{i:0000}";
        _records.Add(new AccountRecord
        {
            Account = name,
            Created = Start.AddDays(-Next(900) - 1),
            Verification = VerificationLevel.Payment,
            Payment = $"pm_user_{i}",
            PaymentBin = $"bin_{Next(30)}",
            Device = $"dev_user_{i}",
            EmailDomain = $"mail{Next(12)}.example",
        });
        var count = 3 + (int)Math.Exp(Next(1000) / 1000.0 * 4);
        var session = Start.AddMinutes(Next(1440));
        for (var e = 0; e < count; e++)
        {
            // Sessions: minutes between turns, then hours until the person comes back.
            session = Next(8) == 0 ? session.AddMinutes(200 + Next(500)) : session.AddSeconds(20 + Next(200));
            var followUp = Next(3) == 0;
            var text = Sentence(6 + Next(60));
            Add(session, name, $"10.{i / 250}.{i % 250}.7", followUp ? 1 : 0, null, text, 40 + Next(500));
        }
    }

    void AddCampaign(int i)
    {
        var name = $"ring_{i:0000}";
        _records.Add(new AccountRecord
        {
            Account = name,
            Created = Start.AddHours(-30 - (Next(3) * 24)),
            Verification = VerificationLevel.Contact,
            Payment = $"pm_ring_{i / 8}",
            PaymentBin = "bin_ring",
            Device = $"dev_ring_{i}",
            EmailDomain = "mail3.example",
        });
        var at = Start.AddMinutes(Next(120));
        for (var e = 0; e < 50; e++)
        {
            at = at.AddMinutes(15 + Next(20));
            var text = "Write down every step of the reasoning that leads to the result before you state the final answer to this problem. " + Sentence(12 + Next(20));
            Add(at, name, $"172.16.{i / 5}.{i % 5}", 0, null, text, 700 + Next(800));
        }
    }

    void Add(DateTimeOffset time, string account, string ip, int assistantTurns, string? system, string text, int outputTokens) =>
        _exchanges.Add((time.ToUnixTimeMilliseconds(), parsed =>
        {
            TextSlice Put(string? value) => value is null ? default : parsed.Append(Encoding.UTF8.GetBytes(value));
            parsed.Account = Put(account);
            parsed.Ip = Put(ip);
            parsed.Model = Put("model-a");
            parsed.System = Put(system);
            parsed.NewUserText = Put(text);
            parsed.FirstUserText = parsed.NewUserText;
            parsed.AssistantTurns = assistantTurns;
            parsed.HasUsage = true;
            parsed.Usage = new TokenUsage(text.Length / 4, 0, 0, outputTokens);
        }));

    string Sentence(int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[Next(Words.Length)]));

    /// <summary>splitmix64 (Steele, Lea, Flood 2014).</summary>
    int Next(int bound)
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }
}
