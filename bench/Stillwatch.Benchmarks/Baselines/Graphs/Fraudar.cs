namespace Stillwatch.Benchmarks.Baselines.Graphs;

/// <summary>FRAUDAR (Hooi et al. 2016) on accounts and the things they share.</summary>
/// <remarks>
/// As published: the densest block by greedy peel with column weights, taken out, and again. Columns here: payment token, device, network (/24),
/// prompt template, system prompt, tools, client. A thing that one organization alone has is left out, as its accounts are openly linked. Score: the density of the densest block an account is in (finer: times
/// its own weight inside), over at most <see cref="Blocks"/> blocks. Settings: all columns; without client and tools, which many share by default; money and devices
/// alone; content alone. Finds dense blocks, not intent: a viral application is one.
/// </remarks>
internal sealed class Fraudar(AccountBook accounts) : IBaseline
{
    /// <summary>Blocks taken out, one after the other.</summary>
    public const int Blocks = 15;

    const int FewestPrompts = 2; // a template or network seen once is noise

    readonly Dictionary<(Kind, ulong), int> _columns = [];
    readonly List<Kind> _kinds = [];
    readonly Dictionary<(int Row, int Column), int> _edges = [];
    readonly bool[] _isKnown = new bool[accounts.Count];

    enum Kind
    {
        Payment,
        Device,
        Network,
        Template,
        System,
        Tools,
        Client,
    }

    public string Name => "FRAUDAR";

    public SharedStages Needs => SharedStages.Templates;

    public void Add(TraceQuery query)
    {
        var account = query.Account;
        if (!_isKnown[account])
        {
            _isKnown[account] = true;
            Put(account, Kind.Payment, accounts.Payment(account));
            Put(account, Kind.Device, accounts.Device(account));
        }

        Put(account, Kind.Network, query.Network);
        Put(account, Kind.Template, query.Template < 0 ? 0 : (ulong)query.Template + 1);
        Put(account, Kind.System, query.SystemPrompt);
        Put(account, Kind.Tools, query.Tools);
        Put(account, Kind.Client, query.Client);
    }

    public IEnumerable<ScoredSetting> Scores()
        => [
            .. Peel("all columns", Enum.GetValues<Kind>()),
            .. Peel("without clients and tools", [Kind.Payment, Kind.Device, Kind.Network, Kind.Template, Kind.System]),
            .. Peel("payments and devices", [Kind.Payment, Kind.Device]),
            .. Peel("payments, devices and networks", [Kind.Payment, Kind.Device, Kind.Network]),
            .. Peel("templates, system prompts and tools", [Kind.Template, Kind.System, Kind.Tools]),
        ];

    List<ScoredSetting> Peel(string name, Kind[] kinds)
    {
        var (density, finer) = (ScoredSetting.Empty(accounts.Count), ScoredSetting.Empty(accounts.Count));
        var edges = SharedEdges(kinds);
        for (var block = 0; block < Blocks && edges.Count > 0; block++)
        {
            var found = DensestBlock.Find(edges, accounts.Count, _kinds.Count);
            foreach (var (row, weight) in found.Rows)
            {
                density[row] = Math.Max(density[row], (float)found.Density);
                finer[row] = Math.Max(finer[row], (float)(found.Density * weight));
            }

            var left = edges.Where(edge => !(found.Rows.ContainsKey(edge.Row) && found.Columns.Contains(edge.Column))).ToList();
            if (left.Count == edges.Count)
            {
                break;
            }

            edges = left;
        }

        return [new ScoredSetting($"{name}, density", density), new ScoredSetting($"{name}, density times own weight", finer)];
    }

    /// <summary>Edges to things that more than one party has.</summary>
    List<(int Row, int Column)> SharedEdges(Kind[] kinds)
    {
        var parties = new Dictionary<int, (ulong Party, bool IsShared)>();
        var kept = _edges.Where(pair => kinds.Contains(_kinds[pair.Key.Column])
                && (pair.Value >= FewestPrompts || _kinds[pair.Key.Column] is Kind.Payment or Kind.Device))
            .Select(pair => pair.Key).Order().ToList();
        foreach (var (row, column) in kept)
        {
            var party = accounts.Party(row);
            parties[column] = parties.TryGetValue(column, out var known) ? (known.Party, known.IsShared || known.Party != party) : (party, false);
        }

        return [.. kept.Where(edge => parties[edge.Column].IsShared)];
    }

    void Put(int account, Kind kind, ulong thing)
    {
        if (thing == 0)
        {
            return;
        }

        if (!_columns.TryGetValue((kind, thing), out var column))
        {
            _columns[(kind, thing)] = column = _kinds.Count;
            _kinds.Add(kind);
        }

        _edges[(account, column)] = _edges.GetValueOrDefault((account, column)) + 1;
    }
}
