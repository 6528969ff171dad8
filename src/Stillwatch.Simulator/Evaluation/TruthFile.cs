using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>Reads the truth of a simulation, and refuses what is none: scores against the wrong file would look like scores.</summary>
public static class TruthFile
{
    /// <summary>The lines of <c>truth.jsonl</c>.</summary>
    /// <param name="path">Names the file in messages.</param>
    /// <exception cref="InvalidDataException">A line is no account's truth, an account stands there twice, or there is none; the message names file and line.</exception>
    public static List<AccountTruth> Accounts(IEnumerable<string> lines, string path)
    {
        var accounts = new List<AccountTruth>();
        var seen = new HashSet<string>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var truth = Parse(line, TruthJson.Default.AccountTruth, path, number);
            if (Fault(truth) is { } fault)
            {
                throw new InvalidDataException($"{path} line {number}: {fault}; a truth file has lines like {{\"account\":\"acct_1\",\"class\":\"benign:chat\",\"malicious\":false}}.");
            }

            if (!seen.Add(truth.Account))
            {
                throw new InvalidDataException($"{path} line {number}: account '{truth.Account}' stands there twice; give the truth of one simulation.");
            }

            accounts.Add(truth);
        }

        return accounts.Count > 0 ? accounts : throw new InvalidDataException($"{path}: holds no account; give the truth.jsonl that simulate wrote.");
    }

    /// <summary>A line of <c>truth-exchanges.jsonl.gz</c>.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ExchangeTruth Exchange(string line, string path, int number)
        => Parse(line, TruthJson.Default.ExchangeTruth, path, number) is { Id.Length: > 0 } truth
            ? truth
            : throw new InvalidDataException($"{path} line {number}: has no id; a line there is like {{\"id\":\"ex_1\",\"label\":\"harvest\"}}.");

    static string? Fault(AccountTruth truth)
    {
        if (truth.Account is not { Length: > 0 })
        {
            return "has no account";
        }

        if (truth.Class is null || !(truth.Class.StartsWith("benign:", StringComparison.Ordinal) || truth.Class.StartsWith("campaign:", StringComparison.Ordinal)))
        {
            return $"class '{truth.Class}' begins neither with benign: nor with campaign:";
        }

        return truth.Malicious != truth.Class.StartsWith("campaign:", StringComparison.Ordinal) ? $"class '{truth.Class}' and malicious {(truth.Malicious ? "true" : "false")} contradict each other"
            : truth.Malicious && truth.Verdict is null ? $"account '{truth.Account}' is malicious without a verdict"
            : null;
    }

    static T Parse<T>(string line, JsonTypeInfo<T> type, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new InvalidDataException($"{path} line {number}: null is no truth.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} line {number}: not a line that simulate writes there ({fault.Message.Split('.')[0]}).");
        }
    }
}
