using System.Globalization;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>Reads a report (contract 5.3) of any detector: of its members only those that are scored need be there.</summary>
/// <remarks>
/// Needed: <c>campaigns</c> with <c>id</c>, <c>verdict</c>, <c>detected_at</c> and <c>accounts</c>; <c>accounts</c> with <c>account</c>, <c>campaign</c> and <c>response</c>.
/// An account's <c>detected_at</c> and <c>confidence</c> are its campaign's unless given; a campaign that states no confidence states 1. <c>alarmed_at</c> may stand in
/// both, for a detector whose decisions rise by rungs. <c>input</c> may say what the detector read. All else is ignored. What only the log can show, <see cref="ReportRules"/> checks.
/// </remarks>
public static class SubmittedReport
{
    const int MostFaults = 20;

    /// <exception cref="InvalidDataException">The text is no JSON, or a needed member is missing or wrong; the message names file, member, value and cure.</exception>
    public static Report Read(ReadOnlyMemory<byte> json, string path)
    {
        using var document = Parse(json, path);
        var reader = new Reader();
        var campaigns = reader.List(document.RootElement, "campaigns", "").Select((item, number) => reader.Campaign(item, $"campaigns[{number}].")).ToList();
        var known = new Dictionary<string, Campaign>();
        for (var number = 0; number < campaigns.Count; number++)
        {
            if (campaigns[number].Id.Length > 0 && !known.TryAdd(campaigns[number].Id, campaigns[number]))
            {
                reader.Fault($"campaigns[{number}].id: '{campaigns[number].Id}' stands there twice; number the campaigns.");
            }
        }

        var accounts = reader.List(document.RootElement, "accounts", "").Select((item, number) => reader.Account(item, $"accounts[{number}].", known)).ToList();
        var input = reader.Input(document.RootElement);
        Demand(reader.Faults, path);
        return new Report { Engine = "submitted", PolicyHash = "", KeyId = "", Input = input, Campaigns = campaigns, Accounts = accounts };
    }

    /// <summary>Refuses the report at <paramref name="path"/> when it has faults.</summary>
    /// <exception cref="InvalidDataException">It has; the message lists the first twenty.</exception>
    public static void Demand(IReadOnlyList<string> faults, string path)
    {
        if (faults.Count > 0)
        {
            var more = faults.Count > MostFaults ? $"\n  and {faults.Count - MostFaults:N0} more" : "";
            throw new InvalidDataException($"{path}: not a report that can be scored:\n  {string.Join("\n  ", faults.Take(MostFaults))}{more}");
        }
    }

    static JsonDocument Parse(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} line {fault.LineNumber + 1}: no JSON ({fault.Message.Split('.')[0]}); give the report.json that a detector wrote.");
        }
    }

    sealed class Reader
    {
        public List<string> Faults { get; } = [];

        public void Fault(string text) => Faults.Add(text);

        public IEnumerable<JsonElement> List(JsonElement parent, string name, string path)
        {
            if (parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
            {
                return list.EnumerateArray();
            }

            Fault($"{path}{name}: {Shown(parent, name)} is no list; write [] for none.");
            return [];
        }

        public Campaign Campaign(JsonElement item, string path)
        {
            var at = Time(item, "detected_at", path);
            var members = List(item, "accounts", path).ToList();
            if (members.FindIndex(member => member.ValueKind != JsonValueKind.String) is var wrong and >= 0)
            {
                Fault($"{path}accounts[{wrong}]: {members[wrong].GetRawText()} is no account id; write the ids as the log has them.");
            }

            return new Campaign
            {
                Id = Text(item, "id", path, "an id of your own"), Verdict = Choice<Verdict>(item, "verdict", path), Confidence = Ratio(item, "confidence", path, 1),
                Accounts = [.. members.Where(member => member.ValueKind == JsonValueKind.String).Select(member => member.GetString()!)], DetectedAt = at, AlarmedAt = Given(item, "alarmed_at", path),
                PriorLogOdds = 0, LogOdds = 0, CalibrationLogOdds = 0, Response = Rung.Observe, Reasons = [], Exchanges = 0, Tasks = 0, OutputTokens = 0, FirstSeen = at, Onset = at,
                Models = new Dictionary<string, long>(), Pivots = [], Classes = [], Capabilities = [], Evidence = [], Counterfactuals = [], Lookalikes = [], Timeline = [],
                Ring = new RingPicture([], []),
            };
        }

        public AccountJudgement Account(JsonElement item, string path, Dictionary<string, Campaign> campaigns)
        {
            var name = Text(item, "campaign", path, "the id of a campaign");
            if (!campaigns.TryGetValue(name, out var campaign) && name.Length > 0)
            {
                Fault($"{path}campaign: '{name}' is the id of no campaign; list it under campaigns.");
            }

            var (account, rung) = (Text(item, "account", path, "an account id of the log"), Choice<Rung>(item, "response", path));
            var (detected, alarmed) = (Given(item, "detected_at", path), Given(item, "alarmed_at", path));
            return new AccountJudgement(
                account, name, Ratio(item, "confidence", path, campaign?.Confidence ?? 1), detected ?? campaign?.DetectedAt ?? DateTimeOffset.UnixEpoch, 0, [], rung, [])
            {
                AlarmedAt = alarmed ?? (detected is null ? campaign?.AlarmedAt : null),
            };
        }

        // What the detector read, where it says so.
        public InputSummary Input(JsonElement root)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("input", out var input) || input.ValueKind != JsonValueKind.Object)
            {
                return new InputSummary();
            }

            return new InputSummary
            {
                Exchanges = Count(input, "exchanges"), Accounts = (int)Math.Min(Count(input, "accounts"), int.MaxValue), Dropped = Count(input, "dropped"),
                From = Given(input, "from", "input."), To = Given(input, "to", "input."),
            };
        }

        long Count(JsonElement input, string name)
        {
            if (!input.TryGetProperty(name, out var value))
            {
                return 0;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 0)
            {
                return count;
            }

            Fault($"input.{name}: {Shown(input, name)} is no number from 0 on; leave it out if the detector did not count.");
            return 0;
        }

        string Text(JsonElement item, string name, string path, string wanted)
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            {
                return text;
            }

            Fault($"{path}{name}: {Shown(item, name)}; give {wanted} as a text.");
            return "";
        }

        T Choice<T>(JsonElement item, string name, string path)
            where T : struct, Enum
        {
            string[] names = [.. Enum.GetNames<T>().Select(value => value.ToLowerInvariant())];
            var text = Text(item, name, path, $"one of {string.Join(", ", names)}");
            if (text.Length > 0 && !names.Contains(text))
            {
                Fault($"{path}{name}: '{text}' is unknown; use one of {string.Join(", ", names)}.");
            }

            return names.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : default;
        }

        DateTimeOffset Time(JsonElement item, string name, string path)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                Fault($"{path}{name}: {Shown(item, name)} is no time; write the event time of the decision like 2026-02-02T06:10:00Z.");
            }

            return Given(item, name, path) ?? DateTimeOffset.UnixEpoch;
        }

        // A time that may be left out or null, but not be anything else.
        DateTimeOffset? Given(JsonElement item, string name, string path)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }

            Fault($"{path}{name}: {Shown(item, name)} is no time; write the event time of the decision like 2026-02-02T06:10:00Z.");
            return null;
        }

        double Ratio(JsonElement item, string name, string path, double fallback)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var value))
            {
                return fallback;
            }

            if (value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and <= 1 and var ratio)
            {
                return ratio;
            }

            Fault($"{path}{name}: {Shown(item, name)} is no number from 0 to 1; leave it out if the detector has none.");
            return fallback;
        }

        static string Shown(JsonElement item, string name)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var value))
            {
                return "is missing, and what is not there";
            }

            var text = value.GetRawText();
            return text.Length <= 60 ? text : $"{text[..57]}...";
        }
    }
}
