using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Benchmarks.Baselines;

/// <summary>
/// One exchange as the baselines see it: the fields of log and records as numbers, and the text features of the shared stages.
/// </summary>
/// <remarks>Reused: valid only inside the call it is passed to. Countries are left out, as everywhere in detection.</remarks>
internal sealed class TraceQuery
{
    /// <summary>Index into the <see cref="AccountBook"/>.</summary>
    public int Account { get; set; }

    /// <summary>Unix time, milliseconds.</summary>
    public long TimeMs { get; set; }

    /// <summary>Stated by the log; 0 when it does not say.</summary>
    public int OutputTokens { get; set; }

    public ulong Model { get; set; }

    /// <summary>Hash of the /24; 0 when unknown.</summary>
    public ulong Network { get; set; }

    /// <summary>Hash of user agent and TLS fingerprint; 0 when neither is known.</summary>
    public ulong Client { get; set; }

    /// <summary>Hash of the system prompt; 0 when there is none.</summary>
    public ulong SystemPrompt { get; set; }

    /// <summary>Hash of the tools; 0 when there are none.</summary>
    public ulong Tools { get; set; }

    /// <summary>Whether the user agent is a bare HTTP library's.</summary>
    public bool IsBareLibrary { get; set; }

    public bool HasSession { get; set; }

    /// <summary>Hash of the new user text as it stands.</summary>
    public ulong Text { get; set; }

    /// <summary>Word tokens of the new user text, at most <see cref="TokenCapacity"/>; <see cref="TokenCount"/> are set.</summary>
    public ulong[] Tokens { get; } = new ulong[TokenCapacity];

    public int TokenCount { get; set; }

    /// <summary>Near-duplicate template of the text; -1 when it belongs to none.</summary>
    public int Template { get; set; } = -1;

    /// <summary>As many tokens as the sentence encoder of the MMD paper reads.</summary>
    public const int TokenCapacity = 512;

    /// <summary>
    /// Whether a registered app sends it: its prompts and its client are known to be everybody's, so content methods leave them out.
    /// </summary>
    public bool IsOfRegisteredApp { get; set; }

    public void Fill(Exchange exchange, ParsedExchange parsed, int account, AppRegister apps)
    {
        Account = account;
        TimeMs = parsed.TimeMs;
        OutputTokens = parsed.HasUsage ? parsed.Usage.OutputTokens : 0;
        Model = Hash64.Of(parsed[parsed.Model]);
        var ip = parsed[parsed.Ip];
        Network = ip.IsEmpty ? 0 : Hash64.Of(ip.LastIndexOf((byte)'.') is var dot and > 0 ? ip[..dot] : ip[..Math.Min(ip.Length, 14)]);
        var agent = parsed[parsed.UserAgent];
        IsOfRegisteredApp = apps.IndexOf(parsed) > 0 || (!parsed.System.IsEmpty && apps.OwnsSystemPrompt(parsed[parsed.System]));
        Client = IsOfRegisteredApp || (agent.IsEmpty && parsed.Ja4.IsEmpty) ? 0 : Hash64.Join(Hash64.Of(agent), Hash64.Of(parsed[parsed.Ja4]));
        SystemPrompt = IsOfRegisteredApp || parsed.System.IsEmpty ? 0 : Hash64.Of(parsed[parsed.System]);
        Tools = IsOfRegisteredApp || parsed.Tools.IsEmpty ? 0 : Hash64.Of(parsed[parsed.Tools]);
        IsBareLibrary = BareLibraries.IsOne(agent);
        HasSession = exchange.Client?.Session is not null;
        Template = -1;
        Text = Hash64.Of(parsed[parsed.NewUserText]);
        TokenCount = WordTokens.Read(parsed[parsed.NewUserText], Tokens);
    }
}
