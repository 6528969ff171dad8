using System.IO.Compression;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Arrivals;

/// <summary>How the load of one API client goes up and down.</summary>
/// <param name="Rates">Relative intensity of each window of ten minutes.</param>
/// <param name="Cv">Coefficient of variation of the gaps between requests; 1 is a Poisson process.</param>
sealed record ArrivalProfile(float[] Rates, double Cv);

/// <summary>Arrival profiles and answer lengths: from the traces of a corpus where it has them, else made up with the same figures.</summary>
/// <remarks>
/// A trace is any <c>traces/*.csv.gz</c>; its columns are found by name (<c>client, window_start_s, rate_rps, cv</c> or <c>GeneratedTokens</c>),
/// so other traces of the same layout serve as well.
/// </remarks>
sealed class ArrivalTraces
{
    /// <summary>Length of a window, milliseconds.</summary>
    public const int WindowMs = 600_000;

    const int MostClients = 96;
    const int MostLengths = 20_000;

    readonly List<ArrivalProfile> _profiles = [];
    readonly List<int> _chatTokens = [];
    readonly List<int> _codeTokens = [];

    public ArrivalTraces(string? corpus, ulong seed)
    {
        var directory = corpus is null ? null : Path.Combine(corpus, "traces");
        if (directory is not null && Directory.Exists(directory))
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*.csv.gz").Order(StringComparer.Ordinal))
            {
                Read(path);
            }
        }

        var random = new SeededRandom(SeededRandom.Derive(seed, 0xA11));
        while (_profiles.Count < 24)
        {
            _profiles.Add(MadeUp(random));
        }
    }

    public ArrivalProfile Profile(SeededRandom random) => random.Pick(_profiles);

    /// <summary>Answers have grown by about this factor since the public traces of 2023 were taken.</summary>
    const double Growth = 1.5;

    /// <summary>Tokens of a chat answer. Without traces: log-normal with the median of 130 that public traces show, grown likewise.</summary>
    public int ChatTokens(SeededRandom random) => (int)(Growth * Tokens(_chatTokens, random, 130, 0.95));

    /// <summary>Tokens of a programming answer, completions left out: those of 13 tokens come from editors, not from chats.</summary>
    public int CodeTokens(SeededRandom random) => 60 + Tokens(_codeTokens, random, 160, 1.0);

    static int Tokens(List<int> known, SeededRandom random, double median, double sigma)
        => known.Count > 0 ? random.Pick(known) : (int)Math.Clamp(random.LogNormal(median, sigma), 2, 2500);

    void Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var names = (reader.ReadLine() ?? "").Split(',');
        var (client, start, rate, cv) = (Array.IndexOf(names, "client"), Array.IndexOf(names, "window_start_s"), Array.IndexOf(names, "rate_rps"), Array.IndexOf(names, "cv"));
        var generated = Array.IndexOf(names, "GeneratedTokens");
        if (generated >= 0)
        {
            ReadLengths(reader, generated, path.Contains("code", StringComparison.OrdinalIgnoreCase) ? _codeTokens : _chatTokens);
        }
        else if (client >= 0 && start >= 0 && rate >= 0)
        {
            ReadRates(reader, client, rate, cv);
        }
    }

    static void ReadLengths(StreamReader reader, int column, List<int> tokens)
    {
        while (tokens.Count < MostLengths && reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (cells.Length > column && int.TryParse(cells[column], out var value) && value > 0)
            {
                tokens.Add(Math.Min(value, 2500));
            }
        }
    }

    void ReadRates(StreamReader reader, int client, int rate, int cv)
    {
        string? current = null;
        var rates = new List<float>();
        var cvs = new List<double>();
        void Keep()
        {
            // A client that is active in fewer than a tenth of its windows says little about a day.
            if (_profiles.Count < MostClients && rates.Count(value => value > 0) * 10 >= rates.Count && rates.Count >= 12)
            {
                cvs.Sort();
                _profiles.Add(new ArrivalProfile([.. rates], cvs.Count > 0 ? Math.Clamp(cvs[cvs.Count / 2], 0.4, 3) : 1.3));
            }

            rates.Clear();
            cvs.Clear();
        }

        while (_profiles.Count < MostClients && reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (cells.Length <= Math.Max(client, rate))
            {
                continue;
            }

            if (current is not null && cells[client] != current)
            {
                Keep();
            }

            current = cells[client];
            rates.Add(float.TryParse(cells[rate], out var value) ? value : 0);
            if (cv >= 0 && cells.Length > cv && double.TryParse(cells[cv], out var variation) && variation > 0)
            {
                cvs.Add(variation);
            }
        }

        Keep();
    }

    // The daily swing and the spread of variation of the public traces: median cv 1.25 to 1.6, quiet nights, some on-off clients.
    static ArrivalProfile MadeUp(SeededRandom random)
    {
        var rates = new float[288];
        var swing = random.Between(0, 0.9);
        var phase = random.Between(0, 144);
        var off = random.Chance(0.4) ? random.Between(0.2, 0.7) : 0;
        var level = 1.0;
        for (var window = 0; window < rates.Length; window++)
        {
            level = Math.Clamp(level * Math.Exp(0.25 * random.Normal()), 0.2, 5);
            var day = 1 + (swing * Math.Sin((window + phase) * Math.PI / 72));
            rates[window] = random.Chance(off) ? 0 : (float)(level * day);
        }

        return new ArrivalProfile(rates, Math.Clamp(random.LogNormal(1.4, 0.35), 0.5, 3));
    }
}
