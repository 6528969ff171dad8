using System.Globalization;
using System.Numerics;
using Stillwatch.Scan;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>An argument of bench that cannot be used; the message names it, its value and the cure.</summary>
internal sealed class WrongArgumentException(string message) : Exception(message);

/// <summary>What follows <c>bench</c> on the command line. A benchmark runs for minutes to hours: nothing that is misspelt may go unnoticed.</summary>
internal sealed class BenchmarkArguments(IReadOnlyList<string> all)
{
    /// <summary>What each takes: names without dashes are positions, <c>=</c> stands for a value. What is not listed checks its arguments itself.</summary>
    static readonly Dictionary<string, string> Known = new()
    {
        ["scan"] = "--corpus= --gigabytes= --rounds= --stages --million",
        ["evaluation"] = "--seeds= --seed= --scenario= --scale= --corpus= --logs-only --out= --plot=",
        ["disclosure"] = "--scale= --seed= --corpus= --memory= --halves --keep= --scenario= --shards= --out=",
        ["needle"] = "--scale= --seed= --corpus= --memory= --halves --keep= --scenario= --shards= --out=",
        ["archive"] = "DIR --scenario= --seed= --scale= --corpus=",
        ["detect"] = "DIR --report= --shards= --memory-bytes= --logs-only",
        ["growth"] = "--scale= --memory= --out=",
        ["growth-one"] = "ACCOUNTS BYTES",
        ["flood"] = "--scale= --memory= --out=",
        ["table"] = "--scenarios= --seeds= --seed= --scale= --corpus= --logs-only --out=",
        ["calibration"] = "--scenarios= --seeds= --seed= --scale= --corpus= --rings=",
        ["onset"] = "--seeds= --seed=",
        ["sources"] = "--corpus= --scale= --seed= --only=",
        ["mock"] = "--port=",
        ["yarp"] = "--port= --upstream=",
        ["sketch"] = "--scenario= --seed= --scale= --corpus= --exchanges= --rounds=",
        ["store"] = "--rows=",
        ["console"] = "--accounts= --campaigns= --rounds=",
        ["desk"] = "--accounts= --exchanges=",
        ["snapshot"] = "--exchanges= --accounts= --memory-bytes=",
        ["limits"] = "",
        ["tokens"] = "--streams= --each",
        ["metering"] = "",
        ["read"] = "FILE",
        ["rings"] = "--scenario= --seed= --scale= --corpus= --least=",
        ["look"] = "--scenario= --seed= --scale= --corpus= --logs-only --ignore= --report= --exclude= --only=",
        ["keys"] = "--scenario= --seed= --scale= --corpus=",
        ["inline"] = "",
        ["picture"] = "REPORT.json OUT.svg",
    };

    /// <exception cref="WrongArgumentException">One is unknown, or lacks its value.</exception>
    public void Check()
    {
        if (all.Count == 0 || !Known.TryGetValue(all[0], out var known))
        {
            return;
        }

        var words = known.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var positions = words.Count(word => !word.StartsWith("--", StringComparison.Ordinal));
        var takes = $"It takes {(words.Length == 0 ? "nothing" : string.Join(' ', words.Select(word => word.Replace("=", " VALUE"))))}.";
        for (var i = 1; i < all.Count; i++)
        {
            if (words.Contains($"{all[i]}="))
            {
                var name = all[i];
                if (++i == all.Count || all[i].StartsWith("--", StringComparison.Ordinal))
                {
                    throw new WrongArgumentException($"bench {all[0]} {name} lacks its value. {takes}");
                }
            }
            else if (!words.Contains(all[i]) && (all[i].StartsWith("--", StringComparison.Ordinal) || --positions < 0))
            {
                throw new WrongArgumentException($"bench {all[0]} does not know {all[i]}. {takes}");
            }
        }
    }

    public string? Text(string name)
    {
        for (var i = 1; i + 1 < all.Count; i++)
        {
            if (all[i] == name)
            {
                return all[i + 1];
            }
        }

        return null;
    }

    /// <summary>A number above 0.</summary>
    /// <exception cref="WrongArgumentException">It is none.</exception>
    public T Number<T>(string name, T otherwise)
        where T : INumber<T> =>
        Text(name) is not { } text ? otherwise
            : T.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > T.Zero && T.IsFinite(number) ? number
            : throw new WrongArgumentException($"{name} {text}: must be a {(otherwise is double ? "" : "whole ")}number above 0, such as {otherwise.ToString(null, CultureInfo.InvariantCulture)}.");

    /// <exception cref="WrongArgumentException">It is none.</exception>
    public ulong Seed() =>
        Text("--seed") is not { } text ? 1
            : ulong.TryParse(text, CultureInfo.InvariantCulture, out var seed) ? seed
            : throw new WrongArgumentException($"--seed {text}: must be a whole number, 0 or more.");

    /// <exception cref="WrongArgumentException">It is none.</exception>
    public long Bytes(string name, string otherwise) =>
        MemorySize.TryParse(Text(name) ?? otherwise, out var bytes) ? bytes : throw new WrongArgumentException($"{name} {Text(name)}: must be a size, such as {otherwise}.");

    /// <summary>The name of a scenario, or its file.</summary>
    /// <exception cref="WrongArgumentException">There is none.</exception>
    public string Scenario(string otherwise) => Scenario("--scenario", Text("--scenario") ?? otherwise);

    /// <summary>Several of them, with commas between.</summary>
    /// <exception cref="WrongArgumentException">One is none, or there are none.</exception>
    public IReadOnlyList<string> Scenarios(string otherwise) => (Text("--scenarios") ?? otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } names
        ? [.. names.Select(name => Scenario("--scenarios", name))]
        : throw new WrongArgumentException($"--scenarios {Text("--scenarios")}: names none; give one or more, such as {otherwise}.");

    /// <exception cref="WrongArgumentException">There is no such directory.</exception>
    public string? Corpus() => Text("--corpus") is not { } directory || Directory.Exists(directory)
        ? Text("--corpus")
        : throw new WrongArgumentException($"--corpus {directory}: there is no such directory; name one of *.jsonl.gz, or leave it out for the built-in texts.");

    public static string Scenario(string option, string name) => ScenarioReader.BuiltIn.Contains(name) || File.Exists(name)
        ? name
        : throw new WrongArgumentException($"{option} {name}: there is no such scenario; name a file or one of {string.Join(", ", ScenarioReader.BuiltIn)}.");
}
