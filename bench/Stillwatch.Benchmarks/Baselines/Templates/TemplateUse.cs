namespace Stillwatch.Benchmarks.Baselines.Templates;

/// <summary>Which account sent how many prompts of which template.</summary>
/// <remarks>At most <see cref="PerAccount"/> templates an account; prompts of further ones count as prompts without a template.</remarks>
internal sealed class TemplateUse(AccountBook accounts)
{
    const int PerAccount = 128;

    readonly Dictionary<int, int>?[] _byAccount = new Dictionary<int, int>?[accounts.Count];
    readonly int[] _prompts = new int[accounts.Count];

    public void Add(TraceQuery query)
    {
        _prompts[query.Account]++;
        if (query.Template < 0)
        {
            return;
        }

        var own = _byAccount[query.Account] ??= [];
        if (own.Count < PerAccount || own.ContainsKey(query.Template))
        {
            own[query.Template] = own.GetValueOrDefault(query.Template) + 1;
        }
    }

    public int PromptsOf(int account) => _prompts[account];

    public IReadOnlyDictionary<int, int>? Of(int account) => _byAccount[account];

    /// <summary>Parties (organizations, or accounts without one) by template.</summary>
    /// <param name="fewestPrompts">An account counts for a template from this many prompts on.</param>
    public Dictionary<int, int> PartiesByTemplate(int fewestPrompts)
    {
        var parties = new Dictionary<int, HashSet<ulong>>();
        for (var account = 0; account < accounts.Count; account++)
        {
            foreach (var (template, _) in _byAccount[account]?.Where(pair => pair.Value >= fewestPrompts) ?? [])
            {
                if (!parties.TryGetValue(template, out var set))
                {
                    parties[template] = set = [];
                }

                set.Add(accounts.Party(account));
            }
        }

        return parties.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
    }
}
