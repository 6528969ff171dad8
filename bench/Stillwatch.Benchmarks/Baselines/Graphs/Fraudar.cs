namespace Stillwatch.Benchmarks.Baselines.Graphs;

/// <summary>FRAUDAR (Hooi et al. 2016) on accounts and the things they share.</summary>
/// <remarks>
/// As published: the densest block by greedy peel with column weights, its edges taken out, and again. Columns here: payment token, device,
/// network (/24), prompt template, system prompt, tools, client; an edge for what an account does at least twice, or in a tenth of its
/// exchanges. A thing that one organization alone has is left out, as its accounts are openly linked. Score: the density of the densest
/// block an account is in (finer: times its own weight inside), over at most <see cref="Blocks"/> blocks. Settings: which edges; which
/// columns; things of two owners or more, or of six (beyond a household). Finds dense blocks, not intent: whoever uses a ring's template
/// for lawful work stands in its block. No node priors are given.
/// </remarks>
internal sealed class Fraudar(AccountBook accounts) : IBaseline
{
    /// <summary>Blocks taken out, one after the other.</summary>
    public const int Blocks = 100;

    const int FewestUses = 2;
    const double FewestRatio = 0.1;

    static readonly int[] s_owners = [2, 6];
    static readonly bool[] s_byShare = [false, true];

    readonly Dictionary<(Kind, ulong), int> _columns = [];
    readonly List<Kind> _kinds = [];
    readonly Dictionary<(int Row, int Column), int> _edges = [];
    readonly int[] _exchanges = new int[accounts.Count];

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
        if (_exchanges[account]++ == 0)
        {
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
        => from byShare in s_byShare
           from owners in s_owners
           from setting in (IEnumerable<ScoredSetting>)
           [
               .. Peel("all columns", Enum.GetValues<Kind>(), owners, byShare),
               .. Peel("without clients and tools", [Kind.Payment, Kind.Device, Kind.Network, Kind.Template, Kind.System], owners, byShare),
               .. Peel("payments, devices and networks", [Kind.Payment, Kind.Device, Kind.Network], owners, byShare),
               .. Peel("templates, system prompts and tools", [Kind.Template, Kind.System, Kind.Tools], owners, byShare),
           ]
           select setting;

    List<ScoredSetting> Peel(string columns, Kind[] kinds, int owners, bool byShare)
    {
        var (density, finer) = (ScoredSetting.Empty(accounts.Count), ScoredSetting.Empty(accounts.Count));
        var edges = SharedEdges(kinds, owners, byShare);
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

        var name = $"{columns}, {(byShare ? "a tenth of exchanges" : "two uses")}, things of {owners} owners or more";
        return [
            new ScoredSetting($"{name}, density", density),
            new ScoredSetting($"{name}, density times own weight", finer),
        ];
    }

    /// <summary>Edges to things that enough parties have.</summary>
    List<(int Row, int Column)> SharedEdges(Kind[] kinds, int owners, bool byShare)
    {
        var parties = new Dictionary<int, HashSet<ulong>>();
        var kept = _edges.Where(pair => kinds.Contains(_kinds[pair.Key.Column])
                && (_kinds[pair.Key.Column] is Kind.Payment or Kind.Device
                    || pair.Value >= (byShare ? FewestRatio * _exchanges[pair.Key.Row] : FewestUses)))
            .Select(pair => pair.Key).Order().ToList();
        foreach (var (row, column) in kept)
        {
            if (!parties.TryGetValue(column, out var set))
            {
                parties[column] = set = [];
            }

            if (set.Count < owners)
            {
                set.Add(accounts.Party(row));
            }
        }

        return [.. kept.Where(edge => parties[edge.Column].Count >= owners)];
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
