namespace Stillwatch.Simulator.Corpus;

/// <summary>How a harvesting tool calls the API, from <c>harvest_ops.csv</c> of a corpus or from the built-in rows.</summary>
/// <param name="Temperature">Null: the tool leaves the API's default.</param>
/// <param name="SamplesPerPrompt">The same prompt is sent this many times, usually 1.</param>
sealed record HarvestHabits(string Tool, int SamplesPerPrompt, double? Temperature, int? MaxTokens)
{
    /// <summary>Figures in the range that public harvesting tools show: most sample once, at temperatures of 0 to 1, with 1 to 16 thousand tokens.</summary>
    static readonly HarvestHabits[] s_builtIn =
    [
        new("once-cool", 1, 0, null), new("once-default", 1, null, 4096), new("once-warm", 1, 0.7, 1024),
        new("once-hot", 1, 1, 3072), new("four-samples", 4, 0.6, 16384), new("batch", 1, 1, 2048),
    ];

    /// <summary>Reads the operating figures of <paramref name="directory"/>; the built-in ones when it has none or the file has other columns.</summary>
    public static IReadOnlyList<HarvestHabits> Read(string? directory)
    {
        var path = directory is null ? null : Path.Combine(directory, "harvest_ops.csv");
        if (path is null || !File.Exists(path))
        {
            return s_builtIn;
        }

        var rows = File.ReadLines(path).Select(Cells).ToList();
        var names = rows.Count > 0 ? rows[0] : [];
        var (tool, samples, temperature, maxTokens) =
            (names.IndexOf("campaign"), names.IndexOf("samples_per_prompt"), names.IndexOf("temperature"), names.IndexOf("max_tokens"));
        if (tool < 0 || samples < 0 || temperature < 0 || maxTokens < 0)
        {
            return s_builtIn;
        }

        var habits = rows.Skip(1).Where(row => row.Count == names.Count)
            .Select(row => new HarvestHabits(row[tool], (int)Math.Clamp(Number(row[samples]) ?? 1, 1, 8), Number(row[temperature]), (int?)Number(row[maxTokens])))
            .ToList();
        return habits.Count > 0 ? habits : s_builtIn;
    }

    // The cells are prose now and then ("4 (default); slurm 1"): the first number counts.
    static double? Number(string cell)
    {
        var digits = new string([.. cell.SkipWhile(letter => !char.IsAsciiDigit(letter)).TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.')]);
        return double.TryParse(digits.TrimEnd('.'), out var value) ? value : null;
    }

    static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(letter);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
