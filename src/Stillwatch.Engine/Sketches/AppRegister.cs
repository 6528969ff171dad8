using System.Security.Cryptography;
using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Sketches;

/// <summary>The registered third-party apps. A match moves an exchange's template traits to the app's reference class; it exempts nobody.</summary>
/// <remarks>The <c>app</c> member and the user agent are claims. A spoofer gains only that the app's own prompt stops counting against him.</remarks>
public sealed class AppRegister
{
    readonly Dictionary<string, int> _byId = [];
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byIdLookup;
    readonly List<(byte[] Prefix, bool Exact, int Index)> _byAgent = [];
    readonly HashSet<string> _systemPrompts = [];

    public AppRegister(IEnumerable<AppRecord> apps)
    {
        _byIdLookup = _byId.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var app in apps)
        {
            var index = ++Count;
            _byId.TryAdd(app.App, index);
            foreach (var agent in app.UserAgents)
            {
                _byAgent.Add((Encoding.UTF8.GetBytes(agent.TrimEnd('*')), !agent.EndsWith('*'), index));
            }

            _systemPrompts.UnionWith(app.SystemPrompts);
        }
    }

    public int Count { get; private set; }

    /// <summary>Index + 1 of the app an exchange claims, 0 for none.</summary>
    public int IndexOf(ParsedExchange exchange)
    {
        if (Count == 0)
        {
            return 0;
        }

        var id = exchange[exchange.App];
        if (id.Length is > 0 and <= 256)
        {
            Span<char> chars = stackalloc char[256];
            if (_byIdLookup.TryGetValue(chars[..Encoding.UTF8.GetChars(id, chars)], out var index))
            {
                return index;
            }
        }

        var agent = exchange[exchange.UserAgent];
        foreach (var (prefix, exact, index) in _byAgent)
        {
            if (exact ? agent.SequenceEqual(prefix) : agent.StartsWith(prefix))
            {
                return index;
            }
        }

        return 0;
    }

    /// <summary>Whether this system prompt is a registered app's, by its SHA-256.</summary>
    public bool OwnsSystemPrompt(ReadOnlySpan<byte> system) =>
        _systemPrompts.Count > 0 && _systemPrompts.Contains("sha256:" + Convert.ToHexStringLower(SHA256.HashData(system)));
}
