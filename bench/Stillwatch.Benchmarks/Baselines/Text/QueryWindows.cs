namespace Stillwatch.Benchmarks.Baselines.Text;

/// <summary>The vectors of every account's first queries, in order of time: the window that PRADA, SEAT and MMD look at.</summary>
/// <remarks>
/// At most <see cref="PerAccount"/> an account, 384 bytes each; what comes later is counted in <see cref="Unseen"/>. A query an account has
/// sent before, word for word, is left out: it teaches a thief nothing, and a load test would head every list. So are queries of registered
/// apps.
/// </remarks>
internal sealed class QueryWindows(int accounts, TextEncoder encoder)
{
    public const int PerAccount = 300;

    readonly List<sbyte[]>?[] _byAccount = new List<sbyte[]>?[accounts];
    readonly HashSet<(int, ulong)> _texts = [];
    readonly float[] _scratch = new float[TextEncoder.Dimensions];

    public int Accounts => _byAccount.Length;

    /// <summary>Queries beyond an account's window.</summary>
    public long Unseen { get; private set; }

    public void Add(TraceQuery query)
    {
        if (query.IsOfRegisteredApp || query.TokenCount == 0)
        {
            return;
        }

        var window = _byAccount[query.Account] ??= [];
        if (window.Count == PerAccount)
        {
            Unseen++;
        }
        else if (_texts.Add((query.Account, query.Text)) && encoder.Encode(query.Tokens.AsSpan(0, query.TokenCount), _scratch))
        {
            var packed = new sbyte[TextEncoder.Dimensions];
            UnitVectors.Pack(_scratch, packed);
            window.Add(packed);
        }
    }

    public int CountOf(int account) => _byAccount[account]?.Count ?? 0;

    /// <summary>Unpacks an account's window into <paramref name="into"/>, row after row; returns the number of rows.</summary>
    public int Load(int account, Span<float> into)
    {
        var window = _byAccount[account];
        for (var row = 0; row < (window?.Count ?? 0); row++)
        {
            UnitVectors.Unpack(window![row], into.Slice(row * TextEncoder.Dimensions, TextEncoder.Dimensions));
        }

        return window?.Count ?? 0;
    }
}
