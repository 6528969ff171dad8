namespace Stillwatch.Benchmarks.Baselines.Templates;

/// <summary>Groups prompts that hold the same piece of text, whoever sends them: containment over sampled shingles.</summary>
/// <remarks>
/// A prompt's 4-word shingles are sampled by hash (one in four; FracMinHash, Irber et al. 2022), so that a template of 60 words inside 200
/// is still seen, where whole-prompt MinHash bands see next to nothing. A shingle counts once a second party has sent it. A prompt joins
/// the template most of whose core it holds; a new template's core shrinks to what its first two prompts share. Tables are of fixed size:
/// an overwritten or refused key is counted in <see cref="Lost"/>.
/// </remarks>
internal sealed class TemplateClusters
{
    const int ShingleWords = 4;
    const ulong KeepOneIn = 4;
    const int FewestKeys = 3;
    const int MostKeys = 48;
    const int SlotBits = 23;
    const int MostTemplates = 200_000;
    const int TemplatesPerKey = 4;

    readonly ulong[] _slotKeys = new ulong[1 << SlotBits];
    readonly ulong[] _slotParties = new ulong[1 << SlotBits];
    readonly Dictionary<ulong, List<int>> _byKey = [];
    readonly List<Template> _templates = [];
    readonly List<ulong> _keys = [];
    readonly Dictionary<int, int> _hits = [];

    public int Count => _templates.Count;

    /// <summary>Keys and templates for which there was no room.</summary>
    public long Lost { get; private set; }

    /// <summary>The shingle keys of a template's core: what all its prompts hold.</summary>
    public IReadOnlyList<ulong> CoreOf(int template) => _templates[template].Core;

    /// <summary>The template of a prompt, -1 when it shares too little with others'.</summary>
    /// <param name="party">Who sends it: organization, or account without one.</param>
    public int Assign(ReadOnlySpan<ulong> tokens, ulong party)
    {
        _keys.Clear();
        ForEachKey(tokens, key =>
        {
            if (_keys.Count < MostKeys && !_keys.Contains(key) && IsShared(key, party))
            {
                _keys.Add(key);
            }
        });
        if (_keys.Count < FewestKeys)
        {
            return -1;
        }

        _keys.Sort();
        return Best() is var best and >= 0 ? best : Open();
    }

    /// <summary>The sampled shingles of a text, in order; a key may come twice.</summary>
    public static void ForEachKey(ReadOnlySpan<ulong> tokens, Action<ulong> visit)
    {
        for (var at = 0; at + ShingleWords <= tokens.Length; at++)
        {
            var key = tokens[at];
            for (var word = 1; word < ShingleWords; word++)
            {
                key = Hash64.Join(key, tokens[at + word]);
            }

            if ((key >> 8) % KeepOneIn == 0)
            {
                visit(key);
            }
        }
    }

    /// <summary>Whether a party other than this one has sent the key before.</summary>
    bool IsShared(ulong key, ulong party)
    {
        if (_byKey.ContainsKey(key))
        {
            return true;
        }

        var slot = (int)(Hash64.Mix(key) >> (64 - SlotBits));
        if (_slotKeys[slot] == key)
        {
            return _slotParties[slot] != party;
        }

        Lost += _slotKeys[slot] != 0 ? 1 : 0;
        (_slotKeys[slot], _slotParties[slot]) = (key, party);
        return false;
    }

    int Best()
    {
        _hits.Clear();
        foreach (var key in _keys)
        {
            foreach (var template in _byKey.GetValueOrDefault(key) ?? [])
            {
                if (_templates[template].Core.BinarySearch(key) >= 0)
                {
                    _hits[template] = _hits.GetValueOrDefault(template) + 1;
                }
            }
        }

        var (best, most) = (-1, 0);
        foreach (var (template, hits) in _hits)
        {
            var state = _templates[template];
            var enough = state.IsSettled ? hits * 2 > state.Core.Count : hits >= FewestKeys;
            if (enough && (hits > most || (hits == most && template < best)))
            {
                (best, most) = (template, hits);
            }
        }

        if (best >= 0 && !_templates[best].IsSettled)
        {
            _templates[best].Settle(_keys);
        }

        return best;
    }

    int Open()
    {
        if (_templates.Count == MostTemplates)
        {
            Lost++;
            return -1;
        }

        var template = _templates.Count;
        _templates.Add(new Template([.. _keys]));
        foreach (var key in _keys)
        {
            if (!_byKey.TryGetValue(key, out var list))
            {
                _byKey[key] = list = [];
            }

            if (list.Count < TemplatesPerKey)
            {
                list.Add(template);
            }
        }

        return template;
    }

    sealed class Template(List<ulong> core)
    {
        /// <summary>Ascending.</summary>
        public List<ulong> Core { get; private set; } = core;

        public bool IsSettled { get; private set; }

        public void Settle(List<ulong> keys)
        {
            Core = [.. Core.Where(key => keys.BinarySearch(key) >= 0)];
            IsSettled = true;
        }
    }
}
