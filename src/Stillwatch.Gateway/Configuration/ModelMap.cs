using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Which upstream serves a requested model, and under which name there. Immutable but for a bounded memory of answers; thread-safe.</summary>
/// <remarks>
/// The first rule that matches decides. A name asked for again costs one look-up and no allocation; a name that no rule matches costs
/// a comparison per rule and no allocation either.
/// </remarks>
sealed class ModelMap
{
    /// <summary>Answers remembered per face. Names are the caller's to choose, so a flood of new ones empties the memory instead of growing it.</summary>
    public const int MostRemembered = 1024;

    const int LongestRemembered = 256;

    readonly FaceMap _anthropic;
    readonly FaceMap _openAi;

    public ModelMap(GatewayConfig config)
    {
        var upstreams = config.Upstreams.ToDictionary(upstream => upstream.Name, StringComparer.Ordinal);
        _anthropic = new FaceMap(Dialect.Anthropic, config.Models, upstreams);
        _openAi = new FaceMap(Dialect.OpenAi, config.Models, upstreams);
    }

    /// <param name="model">The upstream's name of it.</param>
    /// <returns>False when no rule matches: a 404 that names the model asked for.</returns>
    public bool TryRoute(Dialect face, ReadOnlySpan<char> requested, [NotNullWhen(true)] out UpstreamConfig? upstream, [NotNullWhen(true)] out string? model)
    {
        var found = TryRoute(face, requested, out var route);
        (upstream, model) = (route?.Upstream, route?.Model);
        return found;
    }

    /// <returns>False when no rule matches: a 404 that names the model asked for.</returns>
    public bool TryRoute(Dialect face, ReadOnlySpan<char> requested, [NotNullWhen(true)] out ModelRoute? route)
        => Of(face).TryRoute(requested, out route);

    /// <summary>The names without a pattern, for <c>/v1/models</c>, in the order of the file.</summary>
    public IReadOnlyList<string> ListedNames(Dialect face) => Of(face).Listed;

    /// <summary>Answers in memory now.</summary>
    internal int Remembered(Dialect face) => Of(face).Remembered;

    FaceMap Of(Dialect face) => face == Dialect.Anthropic ? _anthropic : _openAi;

    sealed class FaceMap
    {
        readonly (ModelRule Rule, UpstreamConfig Upstream)[] _rules;
        readonly ConcurrentDictionary<string, ModelRoute> _remembered = new(StringComparer.Ordinal);
        readonly ConcurrentDictionary<string, ModelRoute>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        int _count;

        public FaceMap(Dialect face, IReadOnlyList<ModelRule> rules, Dictionary<string, UpstreamConfig> upstreams)
        {
            _rules = [.. rules.Where(rule => rule.Face is null || rule.Face == face).Select(rule => (rule, upstreams[rule.Upstream]))];
            _lookup = _remembered.GetAlternateLookup<ReadOnlySpan<char>>();
            Listed = [.. _rules.Select(rule => rule.Rule.Match).Where(match => !ModelPattern.IsPattern(match)).Distinct()];
        }

        public IReadOnlyList<string> Listed { get; }

        public int Remembered => _remembered.Count;

        public bool TryRoute(ReadOnlySpan<char> requested, [NotNullWhen(true)] out ModelRoute? route)
        {
            if (_lookup.TryGetValue(requested, out route))
            {
                return true;
            }

            foreach (var (rule, upstream) in _rules)
            {
                if (ModelPattern.Matches(rule.Match, requested))
                {
                    route = new ModelRoute(upstream, rule.Model ?? requested.ToString(), rule.Match);
                    Remember(requested, route);
                    return true;
                }
            }

            return false;
        }

        void Remember(ReadOnlySpan<char> requested, ModelRoute route)
        {
            if (requested.Length > LongestRemembered || !_lookup.TryAdd(requested, route))
            {
                return;
            }

            if (Interlocked.Increment(ref _count) >= MostRemembered)
            {
                Interlocked.Exchange(ref _count, 0);
                _remembered.Clear();
            }
        }
    }
}
